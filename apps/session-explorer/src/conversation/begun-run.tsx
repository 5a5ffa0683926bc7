import type { RunPreview } from '@session-service/session-client';
import { dateOf } from '../components/time';
import styles from './begun-run.module.css';
import { RunLine } from './run-head';

/** A run that has begun: AgentOS stores its messages when it has ended, so that only its input is known. */
export function BegunRun({ preview: { run_id, status, created_at, run_input } }: { readonly preview: RunPreview }) {
  return (
    <article aria-label="Run that has begun">
      <RunLine id={run_id} status={status ?? ''} date={dateOf(created_at)} facts={[]} />
      {run_input && (
        <p className={styles['input']} dir="auto">
          {run_input}
        </p>
      )}
      <p className={styles['note']}>The messages of this run appear here as soon as it has stored them.</p>
    </article>
  );
}
