import type { Session } from '@session-service/session-client';
import type { MouseEvent } from 'react';
import { Icon } from '../components/icon';
import { RelativeTime } from '../components/relative-time';
import { dateOf } from '../components/time';
import styles from './session-row.module.css';

interface SessionRowProps {
  readonly session: Session;
  readonly href: string;
  readonly isOpen: boolean;
  /** True if the session is about to be deleted. */
  readonly isDeleting: boolean;
  /** The time by which the list is sorted. */
  readonly sort: SortTime;
  readonly onOpen: () => void;
}

type SortTime = 'created_at' | 'updated_at';

/** One session of the list: a link, so that it can be opened in another tab. */
export function SessionRow({ session, href, isOpen, isDeleting, sort, onOpen }: SessionRowProps) {
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onOpen();
  };
  return (
    <a
      id={rowId(session.session_id)}
      href={href}
      className={styles['row']}
      aria-current={isOpen ? 'true' : undefined}
      data-deleting={isDeleting || undefined}
      onClick={open}
    >
      <RowContent session={session} sort={sort} />
    </a>
  );
}

interface SelectableRowProps extends Pick<SessionRowProps, 'session' | 'sort' | 'isDeleting'> {
  readonly isSelected: boolean;
  /** @param isRange true: with all rows from the one that was selected last */
  readonly onSelect: (isRange: boolean) => void;
}

/** One session of the list while sessions are selected. */
export function SelectableRow({ session, sort, isDeleting, isSelected, onSelect }: SelectableRowProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a label of a checkbox does not react to Shift and a click in Firefox.
    <button
      type="button"
      role="checkbox"
      aria-checked={isSelected}
      id={rowId(session.session_id)}
      className={`${styles['row']} ${styles['selectable']}`}
      data-deleting={isDeleting || undefined}
      disabled={isDeleting}
      onClick={({ shiftKey }) => onSelect(shiftKey)}
    >
      <span className={styles['box']}>{isSelected && <Icon name="check" size={12} />}</span>
      <RowContent session={session} sort={sort} />
    </button>
  );
}

function RowContent({ session, sort }: { readonly session: Session; readonly sort: SortTime }) {
  const { session_id, session_name, user_id } = session;
  const component = session.agent_id ?? session.team_id ?? session.workflow_id;
  const date = dateOf(session[sort] ?? session.created_at);
  return (
    <>
      <span className={styles['name']} dir="auto">
        {session_name || <span className={styles['unnamed']}>{session_id}</span>}
      </span>
      {date && <RelativeTime date={date} />}
      <span className={styles['origin']}>
        {session.session_type !== 'agent' && session.session_type && <span>{session.session_type}</span>}
        <span>{component ?? 'no component'}</span>
        {user_id && <span dir="auto">{user_id}</span>}
      </span>
    </>
  );
}

/** The id of the element of a session. */
export function rowId(sessionId: string): string {
  return `session-${sessionId}`;
}
