import type { Session } from '@session-service/session-client';
import { useEffect, useRef, useState } from 'react';
import { VList, type VListHandle } from 'virtua';
import { useSessions } from '../api/sessions';
import { Button } from '../components/button';
import { ProblemMessage } from '../components/problem-message';
import { Skeleton } from '../components/skeleton';
import { useKeptScroll } from '../shell/use-kept-scroll';
import { useShortcuts } from '../shell/use-shortcuts';
import { formatView, hrefOf, useView } from '../shell/view';
import { FilterChips } from './filter-chips';
import { FilterForm } from './filter-form';
import { ListToolbar } from './list-toolbar';
import { NoSessions } from './no-sessions';
import styles from './session-list.module.css';
import { rowId, SessionRow } from './session-row';

/** Pixels before the end of the list at which the next page is loaded. */
const LOAD_AHEAD = 1_000;

/** The sessions that the filters match, with the tools to find one. */
export function SessionList() {
  const [view] = useView();
  const [isFiltering, setIsFiltering] = useState(false);
  const sessions = useSessions(view);
  const listOf = formatView({ ...view, session: undefined, run: undefined, message: undefined, pane: undefined });
  return (
    <>
      <ListToolbar
        onFilter={() => setIsFiltering(true)}
        onRefresh={() => sessions.refetch()}
        isRefreshing={sessions.isFetching}
      />
      <FilterChips />
      {sessions.data === undefined ? (
        <>
          {sessions.failureCount === 0 && <Skeleton lines={12} label="Loading sessions" />}
          <ProblemMessage query={sessions} subject="the sessions" />
        </>
      ) : sessions.data.length === 0 ? (
        <NoSessions />
      ) : (
        <Rows key={String(listOf)} items={sessions.data} query={sessions} />
      )}
      <FilterForm isOpen={isFiltering} onClose={() => setIsFiltering(false)} loaded={sessions.data ?? []} />
    </>
  );
}

interface RowsProps {
  readonly items: readonly Session[];
  readonly query: ReturnType<typeof useSessions>;
}

function Rows({ items, query }: RowsProps) {
  const [view, changeView] = useView();
  const list = useRef<VListHandle>(null);
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const loadMore = () => {
    // By default, a second call before the first one shows would send the request again.
    if (hasNextPage && !isFetching) void fetchNextPage({ cancelRefetch: false });
  };
  const onScroll = (offset: number) => {
    const { scrollSize, viewportSize } = list.current ?? { scrollSize: 0, viewportSize: 0 };
    if (!isFetchNextPageError && offset + viewportSize > scrollSize - LOAD_AHEAD) loadMore();
  };

  const kept = useKeptScroll('sessions', () =>
    list.current === null ? undefined : { offset: list.current.scrollOffset, items: items.length },
  );
  const isRestored = useRef(kept === undefined);
  useEffect(() => {
    if (isRestored.current || kept === undefined) return;
    if (items.length < kept.items && hasNextPage) {
      if (!isFetching) void fetchNextPage();
      return;
    }
    isRestored.current = true;
    list.current?.scrollTo(kept.offset);
  }, [kept, items.length, hasNextPage, isFetching, fetchNextPage]);

  const moveFocus = (step: number) => {
    const focused = items.findIndex(({ session_id }) => rowId(session_id) === document.activeElement?.id);
    const start = focused >= 0 ? focused : items.findIndex(({ session_id }) => session_id === view.session);
    const index = Math.min(items.length - 1, Math.max(0, start + step));
    const item = items[index];
    if (item === undefined) return;
    list.current?.scrollToIndex(index, { align: 'nearest' });
    // The row is rendered when the list has scrolled.
    requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(rowId(item.session_id))?.focus()));
  };
  useShortcuts({ j: () => moveFocus(1), k: () => moveFocus(-1) });

  const end = isFetchNextPageError ? (
    <Button onClick={() => fetchNextPage()}>Load more sessions</Button>
  ) : hasNextPage ? (
    'Loading more sessions'
  ) : (
    `${items.length} ${items.length === 1 ? 'session' : 'sessions'}`
  );
  return (
    <VList ref={list} className={styles['rows']} onScroll={onScroll} itemSize={52} data={[...items, undefined]}>
      {(session) => {
        if (session === undefined) return <div className={styles['end']}>{end}</div>;
        const opened = { session: session.session_id, run: undefined, message: undefined };
        return (
          <SessionRow
            key={session.session_id}
            session={session}
            href={hrefOf({ ...view, ...opened })}
            isOpen={session.session_id === view.session}
            sort={view.sort}
            onOpen={() => changeView(opened)}
          />
        );
      }}
    </VList>
  );
}
