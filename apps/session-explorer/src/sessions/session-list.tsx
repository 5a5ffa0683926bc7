import type { Session } from '@session-service/session-client';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { VList, type VListHandle } from 'virtua';
import { useDeletions } from '../actions/deletions';
import { usePermissions } from '../api/client';
import { useSessions } from '../api/sessions';
import { Button } from '../components/button';
import { loadAhead } from '../components/load-ahead';
import { ProblemMessage } from '../components/problem-message';
import { Skeleton } from '../components/skeleton';
import { useKeptScroll } from '../shell/use-kept-scroll';
import { useShortcuts } from '../shell/use-shortcuts';
import { formatView, hrefOf, useView } from '../shell/view';
import { FilterChips } from './filter-chips';
import { FilterForm } from './filter-form';
import { ListToolbar } from './list-toolbar';
import { NoSessions } from './no-sessions';
import { SelectionBar } from './selection-bar';
import styles from './session-list.module.css';
import { rowId, SelectableRow, SessionRow } from './session-row';
import { type Selection, useSelection } from './use-selection';

/** Pixels before the end of the list at which the next page is loaded. */
const LOAD_AHEAD = 1_000;

/** The sessions that the filters match, with the tools to find one. */
export function SessionList() {
  const [view] = useView();
  const [isFiltering, setIsFiltering] = useState(false);
  const sessions = useSessions(view);
  const listOf = String(
    formatView({ ...view, session: undefined, run: undefined, message: undefined, pane: undefined }),
  );
  const selection = useSelection(listOf);
  const { mayDelete } = usePermissions();
  // Escape would also close the details or the session.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !selection.isOn) return;
    event.stopPropagation();
    const focused = document.activeElement?.id ?? '';
    selection.end();
    // The row is a link again by then.
    requestAnimationFrame(() => document.getElementById(focused)?.focus());
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape ends selecting from each control of the list.
    <div className={styles['list']} onKeyDown={onKeyDown}>
      <ListToolbar
        selection={mayDelete ? selection : undefined}
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
        <Rows key={listOf} items={sessions.data} query={sessions} selection={selection} />
      )}
      {selection.isOn && <SelectionBar selection={selection} />}
      <FilterForm isOpen={isFiltering} onClose={() => setIsFiltering(false)} loaded={sessions.data ?? []} />
    </div>
  );
}

interface RowsProps {
  readonly items: readonly Session[];
  readonly query: ReturnType<typeof useSessions>;
  readonly selection: Selection;
}

function Rows({ items, query, selection }: RowsProps) {
  const [view, changeView] = useView();
  const list = useRef<VListHandle>(null);
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const onScroll = (offset: number) => loadAhead(list.current, offset, LOAD_AHEAD, query);

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
    const row = document.getElementById(rowId(item.session_id));
    row?.focus();
    if (row !== null) return;
    list.current?.scrollToIndex(index, { align: 'nearest' });
    // The row is rendered when the list has scrolled.
    requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(rowId(item.session_id))?.focus()));
  };
  const { mayDelete } = usePermissions();
  const { isDeleting } = useDeletions();
  const selectFocused = () => {
    const id = document.activeElement?.id;
    const focused = items.find(({ session_id }) => rowId(session_id) === id);
    if (focused === undefined || isDeleting({ id: focused.session_id, database: view.database })) return;
    selection.toggle(focused);
    refocused.current = id;
  };
  // The row of a session is another element when selecting begins or ends.
  const refocused = useRef<string>(undefined);
  useLayoutEffect(() => {
    if (refocused.current !== undefined) document.getElementById(refocused.current)?.focus();
    refocused.current = undefined;
  });
  useShortcuts({ j: () => moveFocus(1), k: () => moveFocus(-1), ...(mayDelete && { x: selectFocused }) });

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
        const shared = {
          session,
          sort: view.sort,
          isDeleting: isDeleting({ id: session.session_id, database: view.database }),
        };
        if (selection.isOn) {
          return (
            <SelectableRow
              key={session.session_id}
              {...shared}
              isSelected={selection.sessions.has(session.session_id)}
              onSelect={(isRange) => (isRange ? selection.extendTo(session, items) : selection.toggle(session))}
            />
          );
        }
        const opened = { session: session.session_id, run: undefined, message: undefined };
        return (
          <SessionRow
            key={session.session_id}
            {...shared}
            href={hrefOf({ ...view, ...opened })}
            isOpen={session.session_id === view.session}
            onOpen={() => changeView(opened)}
          />
        );
      }}
    </VList>
  );
}
