import type { VListHandle } from 'virtua';

/** The parts of an infinite query that decide whether its next page is loaded. */
interface PagedQuery {
  readonly hasNextPage: boolean;
  readonly isFetching: boolean;
  readonly isFetchNextPageError: boolean;
  readonly fetchNextPage: (options: { readonly cancelRefetch: boolean }) => unknown;
}

/**
 * Loads the next page of a list when its end is near; after a failure only the user does.
 *
 * @param offset scroll position in pixels
 * @param distance pixels before the end at which the page is loaded
 */
export function loadAhead(list: VListHandle | null, offset: number, distance: number, query: PagedQuery): void {
  const { scrollSize, viewportSize } = list ?? { scrollSize: 0, viewportSize: 0 };
  const isNearEnd = offset + viewportSize > scrollSize - distance;
  if (!isNearEnd || !query.hasNextPage || query.isFetching || query.isFetchNextPageError) return;
  // By default, a second call before the first one shows would send the request again.
  void query.fetchNextPage({ cancelRefetch: false });
}
