import type { Pages } from '@session-service/session-client';

/** A page of a list. */
export interface LoadedPage<Item> {
  readonly data: readonly Item[];
  /** Cursor of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/** Reads the first page of a walk along the cursors of a list. */
export async function loadPage<Item>(list: Pages<Item>): Promise<LoadedPage<Item>> {
  const page = await list.pages().next();
  if (page.done) return { data: [], next: undefined };
  return { data: page.value.data, next: page.value.meta.next_cursor ?? undefined };
}
