import { SessionMenu } from '../actions/session-menu';
import { SessionName } from '../actions/session-name';
import { useListedSession, useSession } from '../api/sessions';
import { IconButton } from '../components/button';
import { CopyableId } from '../components/copy';
import { RelativeTime } from '../components/relative-time';
import { dateOf } from '../components/time';
import styles from './session-header.module.css';
import { useShortcuts } from './use-shortcuts';
import { useView } from './view';

/** Name and origin of the open session, and the button for its details. */
export function SessionHeader({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const [{ database, pane }, changeView] = useView();
  const { data } = useSession(id, database);
  const toggle = () => changeView({ pane: pane === undefined ? 'runs' : undefined, run: undefined });
  useShortcuts({ d: toggle, Escape: () => (pane === undefined ? onClose() : toggle()) });
  const listed = useListedSession(id);
  const session = data as Readonly<Record<string, string | null | undefined>> | undefined;
  // The list names sessions without a name by their first words, which this response does not have.
  const name = session?.['session_name'] || listed?.session_name || (data ? 'Unnamed session' : 'Session');
  const component = session?.['agent_id'] ?? session?.['team_id'] ?? session?.['workflow_id'];
  const created = dateOf(session?.['created_at']);
  return (
    <div className={styles['header']}>
      <span className={styles['back']}>
        <IconButton icon="back" label="Back to the list" onClick={onClose} />
      </span>
      <div className={styles['names']}>
        <SessionName key={database} id={id} name={name} stored={data && (session?.['session_name'] ?? '')} />
        <p>
          {component && <span>{component}</span>}
          {session?.['user_id'] && <span>{session['user_id']}</span>}
          {created && <RelativeTime date={created} />}
          <CopyableId id={id} />
        </p>
      </div>
      <SessionMenu session={{ id, name: name ?? id, type: listed?.session_type }} />
      <IconButton icon="panel" label="Details (d)" aria-expanded={pane !== undefined} onClick={toggle} />
    </div>
  );
}
