import type { Message } from '../api/messages';
import { numberOf, objectOf, textOf } from '../api/stored-values';
import { Icon } from '../components/icon';
import { RunStatus } from '../components/run-status';
import { exactTime, formatDuration, shortTime } from '../components/time';
import { hrefOf, useView } from '../shell/view';
import type { Row } from './conversation-rows';
import styles from './run-head.module.css';

interface RunHeadProps {
  readonly row: Row & { readonly kind: 'run' };
  readonly onFold: (key: string, isFolded: boolean) => void;
}

/** The thin rule at which a run begins, with what is known of the run. That of a member or step folds its messages. */
export function RunHead({ row: { run, depth, isFolded }, onFold }: RunHeadProps) {
  const [first] = run.messages;
  if (first === undefined) return null;
  const { duration, tokens, model } = totalsOf(run.messages);
  const status = run.messages.at(-1)?.runStatus;
  const facts = [model, duration && formatDuration(duration), tokens && `${tokens.toLocaleString()} tokens`].filter(
    (fact) => fact !== undefined && fact !== 0 && fact !== '',
  );
  const name = first.component ?? 'Member';
  return (
    <div className={styles['head']} data-member={depth > 0 || undefined}>
      {depth > 0 && (
        <button
          type="button"
          className={styles['fold']}
          aria-expanded={!isFolded}
          onClick={() => onFold(run.key, !isFolded)}
        >
          <Icon name="chevron" size={12} />
          <span>{name}</span>
        </button>
      )}
      {status !== '' && status !== undefined && <RunStatus status={status} />}
      {first.createdAt && (
        <time dateTime={first.createdAt.toISOString()} title={exactTime(first.createdAt)}>
          {shortTime(first.createdAt)}
        </time>
      )}
      {facts.map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
      {isFolded && <span>{run.messages.length === 1 ? '1 message' : `${run.messages.length} messages`}</span>}
      <span className={styles['space']} />
      {first.runId !== undefined && <RunLink id={first.runId} />}
    </div>
  );
}

/** Opens the run in the details; as a link, also in another tab. */
function RunLink({ id }: { readonly id: string }) {
  const [view, changeView] = useView();
  return (
    <a
      className={styles['link']}
      href={hrefOf({ ...view, run: id, message: undefined, pane: 'runs' })}
      title={`Run ${id}`}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        changeView({ run: id, message: undefined, pane: 'runs' });
      }}
    >
      Run
    </a>
  );
}

interface Totals {
  /** Seconds. */
  readonly duration: number;
  readonly tokens: number;
  readonly model: string | undefined;
}

/** Sums of what the messages of the run tell. */
function totalsOf(messages: readonly Message[]): Totals {
  let duration = 0;
  let tokens = 0;
  let model: string | undefined;
  for (const { values } of messages) {
    const metrics = objectOf(values['metrics']);
    duration += numberOf(metrics['duration']) ?? 0;
    tokens += numberOf(metrics['total_tokens']) ?? 0;
    model ??= textOf(objectOf(values['provider_data'])['model']);
  }
  return { duration, tokens, model };
}
