import { useMemo } from 'react';
import { numberOf, objectOf, type StoredObject, textOf } from '../api/stored-values';
import { Disclosure } from '../components/disclosure';
import { contentOf, type JsonMember, type JsonValue, memberOf, membersOf, parseJson } from '../components/json-text';
import { JsonTree } from '../components/json-tree';
import { formatDuration } from '../components/time';
import styles from './run-tools.module.css';

/** The calls of tools of a run, each in a line that unfolds to its arguments and result. Failed ones are unfolded. */
export function RunTools({ json }: { readonly json: JsonValue }) {
  const calls = useMemo(() => callsOf(json), [json]);
  if (calls.length === 0) return null;
  return (
    <div className={styles['tools']}>
      <h3>Tools</h3>
      <ul>
        {calls.map(({ name, value }) => (
          <li key={name}>
            <Tool json={value} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function callsOf(run: JsonValue): JsonMember[] {
  const tools = memberOf(run, 'tools');
  return tools === undefined ? [] : membersOf(tools).filter(({ value }) => value.kind === 'object');
}

function Tool({ json }: { readonly json: JsonValue }) {
  const tool = JSON.parse(json.text) as StoredObject;
  const hasFailed = tool['tool_call_error'] === true;
  const duration = numberOf(objectOf(tool['metrics'])['duration']);
  return (
    <Disclosure
      className={hasFailed ? `${styles['tool']} ${styles['failed']}` : styles['tool']}
      isOpenAtFirst={hasFailed}
      summary={
        <>
          <code className={styles['name']}>{textOf(tool['tool_name']) ?? 'Unnamed tool'}</code>
          <span className={styles['outcome']}>{outcomeOf(tool)}</span>
          {duration !== undefined && <span>{formatDuration(duration)}</span>}
        </>
      }
    >
      <dl className={styles['values']}>
        <Value title="Arguments" value={memberOf(json, 'tool_args')} />
        <Value title={hasFailed ? 'Error' : 'Result'} value={memberOf(json, 'result')} />
      </dl>
    </Disclosure>
  );
}

function outcomeOf(tool: StoredObject): string {
  if (tool['tool_call_error'] === true) return 'failed';
  if (tool['is_paused'] === true || (tool['requires_confirmation'] === true && tool['confirmed'] !== true))
    return 'waiting';
  return tool['result'] === undefined || tool['result'] === null ? 'no result' : 'ok';
}

/** A value; a string that contains JSON, as results of tools often do, as that JSON. */
function Value({ title, value }: { readonly title: string; readonly value: JsonValue | undefined }) {
  if (value === undefined || value.text === 'null') return null;
  const isJson = value.kind === 'string' && /^\s*[[{]/.test(contentOf(value)) && parseJson(contentOf(value));
  return (
    <>
      <dt>{title}</dt>
      <dd>
        <JsonTree text={isJson ? contentOf(value) : value.text} />
      </dd>
    </>
  );
}
