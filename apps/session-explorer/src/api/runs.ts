import type { RunPreview, RunPreviewsQuery } from '@session-service/session-client';
import { type InfiniteData, useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { isActive } from '../components/run-status';
import { useView } from '../shell/view';
import { useService } from './client';
import { type LoadedPage, loadPage } from './loaded-page';

const PAGE_SIZE = 100;
const REFRESH_MS = 5_000;
/** A refresh reads all pages that are loaded. With more of them, only the user begins one. */
const MAX_REFRESHED_PAGES = 3;

type RunPreviewsPage = LoadedPage<RunPreview>;

/**
 * The short forms of the runs of a session, the newest first, page by page. Members of a team and steps of a workflow are among
 * them. Read again by itself while one of them is active.
 */
export function useRunPreviews(id: string) {
  const { client } = useService();
  const [{ database }] = useView();
  return useInfiniteQuery({
    queryKey: ['run-previews', database, id],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const page = { limit: PAGE_SIZE, cursor: pageParam };
      const query: RunPreviewsQuery = { order: 'desc', include: ['metrics'], ...page, db_id: database ?? null };
      return loadPage(client.runPreviews(id, query, { signal }));
    },
    getNextPageParam: ({ next }) => next,
    refetchOnMount: ({ state }) => isShort(state.data),
    refetchInterval: ({ state }) => (isShort(state.data) && hasActiveRun(state.data) ? REFRESH_MS : false),
    select: ({ pages }: InfiniteData<RunPreviewsPage>) => pages.flatMap(({ data }) => data),
  });
}

/** Finds the first run of a session that has failed, also among those that are not loaded. The service reads them for that. */
export function useFirstFailedRun(id: string) {
  const { client } = useService();
  const [{ database }] = useView();
  return useMutation({
    mutationFn: async () => {
      const query: RunPreviewsQuery = { status: ['ERROR'], order: 'asc', limit: 1, db_id: database ?? null };
      for await (const { run_id } of client.runPreviews(id, query)) return run_id;
      return undefined;
    },
  });
}

type LoadedPages = InfiniteData<RunPreviewsPage> | undefined;

function isShort(loaded: LoadedPages): boolean {
  return (loaded?.pages.length ?? 0) <= MAX_REFRESHED_PAGES;
}

function hasActiveRun(loaded: LoadedPages): boolean {
  return loaded?.pages.some(({ data }) => data.some(({ status }) => isActive(status))) ?? false;
}
