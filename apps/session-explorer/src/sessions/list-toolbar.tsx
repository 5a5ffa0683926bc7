import { type RefObject, useEffect, useRef, useState } from 'react';
import { IconButton } from '../components/button';
import { Icon } from '../components/icon';
import { useShortcuts } from '../shell/use-shortcuts';
import { useView } from '../shell/view';
import styles from './list-toolbar.module.css';
import type { Selection } from './use-selection';

/** Milliseconds after the last key press until the search begins. */
const TYPING_PAUSE_MS = 250;

interface ListToolbarProps {
  /** Undefined if there is nothing that the user may do with selected sessions. */
  readonly selection: Selection | undefined;
  readonly onFilter: () => void;
  readonly onRefresh: () => void;
  readonly isRefreshing: boolean;
}

/** Search by name, filters, order and refresh of the list. */
export function ListToolbar({ selection, onFilter, onRefresh, isRefreshing }: ListToolbarProps) {
  const [{ sort }, changeView] = useView();
  const input = useRef<HTMLInputElement>(null);
  useShortcuts({ '/': () => input.current?.select() });
  return (
    <div className={styles['toolbar']}>
      <SearchField ref={input} />
      <IconButton icon="filter" label="Filter" onClick={onFilter} />
      {selection && (
        <IconButton
          icon="select"
          label="Select sessions"
          aria-pressed={selection.isOn}
          onClick={selection.isOn ? selection.end : selection.begin}
        />
      )}
      <IconButton icon="refresh" label="Load the list again" disabled={isRefreshing} onClick={onRefresh} />
      <select
        className={styles['sort']}
        aria-label="Order"
        value={sort}
        onChange={({ target }) => changeView({ sort: target.value === 'updated_at' ? 'updated_at' : 'created_at' })}
      >
        <option value="created_at">created</option>
        <option value="updated_at">updated</option>
      </select>
    </div>
  );
}

/** Shows the name in the URL, and changes it when the user pauses. */
function SearchField({ ref }: { readonly ref: RefObject<HTMLInputElement | null> }) {
  const [{ filters }, changeView] = useView();
  const [text, setText] = useState(filters.name);
  useEffect(() => {
    // Not while the user types: the URL lags behind.
    if (document.activeElement !== ref.current) setText(filters.name);
  }, [filters.name, ref]);
  const pending = useRef<ReturnType<typeof setTimeout>>(undefined);
  const change = (name: string) => {
    setText(name);
    clearTimeout(pending.current);
    pending.current = setTimeout(
      () => changeView({ filters: { ...filters, name } }, { replace: true }),
      TYPING_PAUSE_MS,
    );
  };
  return (
    <div className={styles['search']}>
      <Icon name="search" />
      <input
        ref={ref}
        type="search"
        aria-label="Search sessions by name"
        placeholder="Search names"
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      />
    </div>
  );
}
