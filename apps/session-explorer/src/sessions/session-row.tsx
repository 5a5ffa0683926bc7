import type { Session } from '@session-service/session-client';
import type { MouseEvent } from 'react';
import { RelativeTime } from '../components/relative-time';
import { dateOf } from '../components/time';
import styles from './session-row.module.css';

interface SessionRowProps {
  readonly session: Session;
  readonly href: string;
  readonly isOpen: boolean;
  /** The time by which the list is sorted. */
  readonly sort: 'created_at' | 'updated_at';
  readonly onOpen: () => void;
}

/** One session of the list: a link, so that it can be opened in another tab. */
export function SessionRow({ session, href, isOpen, sort, onOpen }: SessionRowProps) {
  const { session_id, session_name, user_id } = session;
  const component = session.agent_id ?? session.team_id ?? session.workflow_id;
  const date = dateOf(session[sort] ?? session.created_at);
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onOpen();
  };
  return (
    <a
      id={rowId(session_id)}
      href={href}
      className={styles['row']}
      aria-current={isOpen ? 'true' : undefined}
      onClick={open}
    >
      <span className={styles['name']} dir="auto">
        {session_name || <span className={styles['unnamed']}>{session_id}</span>}
      </span>
      {date && <RelativeTime date={date} />}
      <span className={styles['origin']}>
        {session.session_type !== 'agent' && session.session_type && <span>{session.session_type}</span>}
        <span>{component ?? 'no component'}</span>
        {user_id && <span dir="auto">{user_id}</span>}
      </span>
    </a>
  );
}

/** The id of the element of a session. */
export function rowId(sessionId: string): string {
  return `session-${sessionId}`;
}
