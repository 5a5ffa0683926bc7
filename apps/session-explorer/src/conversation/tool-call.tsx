import { numberOf, objectOf, printed, type StoredObject, textOf } from '../api/stored-values';
import { Disclosure } from '../components/disclosure';
import { JsonTree } from '../components/json-tree';
import { formatDuration } from '../components/time';
import styles from './tool-call.module.css';

/** A call of a tool in one line, which unfolds to its arguments and its result. A failed one is unfolded. */
export function ToolCall({ call, isWaiting }: { readonly call: StoredObject; readonly isWaiting: boolean }) {
  const called = objectOf(call['function']);
  const result = call['result'] === undefined ? undefined : objectOf(call['result']);
  const name = textOf(called['name']) ?? textOf(call['name']) ?? textOf(result?.['tool_name']) ?? 'Unnamed tool';
  const hasFailed = result?.['tool_call_error'] === true;
  const outcome = result === undefined ? (isWaiting ? 'waiting' : 'no result') : hasFailed ? 'failed' : 'ok';
  const duration = numberOf(objectOf(result?.['metrics'])['duration']);
  return (
    <Disclosure
      className={hasFailed ? `${styles['call']} ${styles['failed']}` : styles['call']}
      isOpenAtFirst={hasFailed}
      summary={
        <>
          <code className={styles['name']}>{name}</code>
          {duration !== undefined && <span>· {formatDuration(duration)}</span>}
          <span className={styles['outcome']}>· {outcome}</span>
        </>
      }
    >
      <div className={styles['parts']}>
        <Part
          title="Arguments"
          value={called['arguments'] ?? call['arguments'] ?? call['input'] ?? result?.['tool_args']}
        />
        {result !== undefined && <Part title={hasFailed ? 'Error' : 'Result'} value={result['content']} />}
      </div>
    </Disclosure>
  );
}

function Part({ title, value }: { readonly title: string; readonly value: unknown }) {
  const text = printed(value ?? '');
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls, and a section would be a landmark for each call.
    <div role="group" className={styles['part']} aria-label={title}>
      <p className={styles['title']}>{title}</p>
      {text.trim() === '' ? <p className={styles['none']}>none</p> : <JsonTree text={text} />}
    </div>
  );
}
