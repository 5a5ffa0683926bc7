import type { RunPreview } from '@session-service/session-client';
import type { ReactNode } from 'react';
import type { Message } from '../api/messages';
import { numberOf, objectOf, textOf } from '../api/stored-values';
import { Icon } from '../components/icon';
import { formatNumber } from '../components/number-format';
import { RunStatus } from '../components/run-status';
import { exactTime, formatDuration, shortTime } from '../components/time';
import { hrefOf, useView } from '../shell/view';
import type { RunRow } from './conversation-rows';
import styles from './run-head.module.css';

interface RunHeadProps {
  readonly row: RunRow;
  readonly preview: RunPreview | undefined;
  readonly onFold: (key: string, isFolded: boolean) => void;
}

/** The line at which a run begins. That of a member or step folds its messages. */
export function RunHead({ row: { run, depth, isFolded }, preview, onFold }: RunHeadProps) {
  const [first] = run.messages;
  if (first === undefined) return null;
  const facts = factsOf(run.messages, preview);
  const { length } = run.messages;
  if (isFolded) facts.push(length === 1 ? '1 message' : `${length} messages`);
  return (
    <RunLine id={first.runId} status={run.messages.at(-1)?.runStatus ?? ''} date={first.createdAt} facts={facts}>
      {depth > 0 && (
        <button
          type="button"
          className={styles['fold']}
          aria-expanded={!isFolded}
          onClick={() => onFold(run.key, !isFolded)}
        >
          <Icon name="chevron" size={12} />
          <span>{first.component ?? 'Member'}</span>
        </button>
      )}
    </RunLine>
  );
}

interface RunLineProps {
  readonly id: string | undefined;
  /** Empty: unknown. */
  readonly status: string;
  readonly date: Date | undefined;
  readonly facts: readonly string[];
  /** The name of a member or step, which has no rule above. */
  readonly children?: ReactNode;
}

/** A thin rule with what is known of a run, and a link to it. */
export function RunLine({ id, status, date, facts, children = false }: RunLineProps) {
  return (
    <div className={styles['head']} data-member={children !== false || undefined}>
      {children}
      {status !== '' && <RunStatus status={status} />}
      {date && (
        <time dateTime={date.toISOString()} title={exactTime(date)}>
          {shortTime(date)}
        </time>
      )}
      {facts.map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
      <span className={styles['space']} />
      {id !== undefined && <RunLink id={id} />}
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

/** Model, duration and tokens: those of the run as soon as they are loaded, else sums of what its messages tell. */
function factsOf(messages: readonly Message[], preview: RunPreview | undefined): string[] {
  const ofRun = objectOf(preview?.metrics);
  const ofMessages = messages.map(({ values }) => objectOf(values['metrics']));
  const total = (name: string) => {
    const sum = ofMessages.reduce((partial, metrics) => partial + (numberOf(metrics[name]) ?? 0), 0);
    return numberOf(ofRun[name]) ?? sum;
  };
  const [duration, tokens] = [total('duration'), total('total_tokens')];
  return [
    textOf(preview?.model) ?? '',
    duration > 0 ? formatDuration(duration) : '',
    tokens > 0 ? `${formatNumber(tokens)} tokens` : '',
  ].filter((fact) => fact !== '');
}
