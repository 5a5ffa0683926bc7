/** One page of a list with cursors. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly meta: {
    /** Continues after this page; null on the last one. */
    readonly next_cursor?: string | null;
    readonly [name: string]: unknown;
  };
}

/** All items of a list, read page by page while they are consumed. Each iteration begins at the first page again. */
export interface Pages<Item> extends AsyncIterable<Item> {
  /** The same list by pages, for a user interface that loads more on request. */
  pages(): AsyncGenerator<Page<Item>, void, void>;
}

/**
 * Walks a list along its cursors.
 *
 * @param read reads the page of a cursor; the empty cursor is that of the first page
 * @param first the cursor to begin with; by default that of the first page
 */
export function cursorPages<Item>(read: (cursor: string) => Promise<unknown>, first?: string | null): Pages<Item> {
  async function* pages(): AsyncGenerator<Page<Item>, void, void> {
    for (let cursor: string | null = first ?? ''; cursor !== null; ) {
      const page: unknown = await read(cursor);
      assertPage<Item>(page);
      yield page;
      cursor = page.meta.next_cursor ?? null;
    }
  }
  return {
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const { data } of pages()) yield* data;
    },
  };
}

/** AgentOS itself ignores `cursor`. Its response, all items or a first page, must not pass for a page of this list. */
function assertPage<Item>(page: unknown): asserts page is Page<Item> {
  const { data, meta } = (page ?? {}) as { data?: unknown; meta?: { next_cursor?: unknown } };
  if (!Array.isArray(data) || meta?.next_cursor === undefined) {
    throw new TypeError('The server responded without next_cursor: it does not support cursors on this path');
  }
}
