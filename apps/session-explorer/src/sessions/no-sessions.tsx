import { useToken } from '../api/access';
import { Button } from '../components/button';
import { CopyButton } from '../components/copy';
import { Notice } from '../components/notice';
import { NO_FILTERS, useView } from '../shell/view';
import { activeFilters } from './filter-words';
import styles from './no-sessions.module.css';

/** Says why the list is empty: the filters, which can be dropped one by one, or the database. */
export function NoSessions() {
  const [{ filters }, changeView] = useView();
  const active = activeFilters(filters);
  if (active.length === 0) return <EmptyDatabase />;
  return (
    <Notice title="No session matches all filters">
      <p>Drop one of them:</p>
      {active.map(({ key, label, without }) => (
        <Button key={key} onClick={() => changeView({ filters: without })}>
          without “{label}”
        </Button>
      ))}
      {active.length > 1 && <Button onClick={() => changeView({ filters: NO_FILTERS })}>all sessions</Button>}
    </Notice>
  );
}

function EmptyDatabase() {
  const hasToken = useToken() !== undefined;
  const command = [
    `curl '${location.origin}/sessions?type=agent' -H 'content-type: application/json' \\`,
    ...(hasToken ? [`  -H "authorization: Bearer $TOKEN" \\`] : []),
    `  -d '{"session_id": "first", "agent_id": "guide", "session_name": "Hello"}'`,
  ].join('\n');
  return (
    <Notice title="There are no sessions yet">
      <p>An agent that uses this database creates them. To create one by hand:</p>
      <div className={styles['command']}>
        <pre>{command}</pre>
        <CopyButton text={command} label="Copy the command" />
      </div>
    </Notice>
  );
}
