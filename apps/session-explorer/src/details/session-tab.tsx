import { useMemo } from 'react';
import { useResponseText } from '../api/response-text';
import { sessionPath } from '../api/session-path';
import { numberOf, objectOf, type StoredObject, textOf } from '../api/stored-values';
import { CopyableId } from '../components/copy';
import { parseJson } from '../components/json-text';
import { ProblemMessage } from '../components/problem-message';
import { ExactTime } from '../components/relative-time';
import { Skeleton } from '../components/skeleton';
import { dateOf } from '../components/time';
import { useView } from '../shell/view';
import { Facts } from './facts';
import { JsonSections } from './json-section';
import { LongText } from './long-text';
import styles from './session-tab.module.css';
import { tokensOf } from './tokens';

/** Members that are shown as JSON if they are not empty. */
const OPEN_TITLES = { session_state: 'Session state', metadata: 'Metadata' };
const FOLDED_TITLES = {
  metrics: 'Metrics',
  session_data: 'Session data',
  agent_data: 'Agent data',
  team_data: 'Team data',
  workflow_data: 'Workflow data',
};

/** What is stored of a session besides its runs. */
export function SessionTab({ id }: { readonly id: string }) {
  const [{ database }] = useView();
  const text = useResponseText(sessionPath(id, [], { chat_history: 'false', db_id: database }));
  const json = useMemo(() => (text.data === undefined ? undefined : parseJson(text.data)), [text.data]);
  if (json === undefined) {
    return (
      <>
        {text.failureCount === 0 && <Skeleton lines={8} label="Loading the session" />}
        <ProblemMessage query={text} subject="this session" />
      </>
    );
  }
  const session = JSON.parse(json.text) as StoredObject;
  return (
    <div className={styles['tab']}>
      <SessionFacts id={id} session={session} />
      <Summary summary={objectOf(session['session_summary'])} />
      <JsonSections json={json} titles={OPEN_TITLES} isOpenAtFirst />
      <JsonSections json={json} titles={FOLDED_TITLES} />
    </div>
  );
}

function SessionFacts({ id, session }: { readonly id: string; readonly session: StoredObject }) {
  const created = dateOf(textOf(session['created_at']));
  const updated = dateOf(textOf(session['updated_at']));
  const metrics = objectOf(session['metrics']);
  const idOf = (name: string) => {
    const value = textOf(session[name]);
    return value && <CopyableId id={value} />;
  };
  return (
    <Facts
      facts={{
        Name: textOf(session['session_name']) ?? 'none stored',
        Session: <CopyableId id={id} />,
        Agent: idOf('agent_id'),
        Team: idOf('team_id'),
        Workflow: idOf('workflow_id'),
        User: idOf('user_id') ?? 'none',
        Created: created && <ExactTime date={created} />,
        Updated: updated && <ExactTime date={updated} />,
        Tokens: tokensOf({ total_tokens: session['total_tokens'], ...metrics }),
        Cost: numberOf(metrics['cost'])?.toLocaleString(undefined, { maximumFractionDigits: 6 }),
      }}
    />
  );
}

function Summary({ summary }: { readonly summary: StoredObject }) {
  const text = textOf(summary['summary']);
  const topics = Array.isArray(summary['topics']) ? summary['topics'].filter((topic) => textOf(topic)) : [];
  const updated = dateOf(textOf(summary['updated_at']));
  if (text === undefined && topics.length === 0) return null;
  return (
    <section className={styles['summary']}>
      <h3>Summary</h3>
      {text !== undefined && <LongText text={text} />}
      {topics.length > 0 && (
        <ul aria-label="Topics">
          {topics.map((topic, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: topics may be repeated.
            <li key={index} dir="auto">
              {topic}
            </li>
          ))}
        </ul>
      )}
      {updated && (
        <p>
          Written <ExactTime date={updated} />
        </p>
      )}
    </section>
  );
}
