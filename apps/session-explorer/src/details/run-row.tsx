import type { CSSProperties, MouseEvent } from 'react';
import { numberOf, objectOf, textOf } from '../api/stored-values';
import { Icon } from '../components/icon';
import { RunStatus, statusName } from '../components/run-status';
import { clockTime, dateOf, exactTime, formatDuration } from '../components/time';
import styles from './run-row.module.css';
import type { RunRow as Row } from './run-rows';

interface RunRowProps {
  readonly row: Row;
  /** Seconds. */
  readonly duration: number | undefined;
  /** The duration of the longest bar. */
  readonly longest: number;
  readonly href: string;
  /** True if the list has runs with members, whose buttons need room. */
  readonly hasIndentation: boolean;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
  readonly onFold: () => void;
}

/** Levels that are indented; deeper ones look like the last, so that their text keeps some width. */
const MAX_DEPTH = 6;

/** A run of the list: a link that selects it, with a bar as long as the run took, and a button for its members. */
export function RunRow(props: RunRowProps) {
  const { row, duration, longest, href, hasIndentation, isSelected, onSelect, onFold } = props;
  const { run, depth, members, isFolded } = row;
  const component = componentOf(run);
  const title = depth > 0 ? component : (textOf(run.run_input) ?? textOf(run.content_preview));
  const tokens = numberOf(objectOf(run.metrics)['total_tokens']);
  const started = dateOf(run.created_at);
  const hasFailed = statusName(run.status) === 'ERROR';
  const select = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onSelect();
  };
  return (
    <div
      className={styles['row']}
      style={{ '--depth': Math.min(depth, MAX_DEPTH) } as CSSProperties}
      data-selected={isSelected || undefined}
      data-indented={hasIndentation || undefined}
    >
      {members > 0 && (
        <button
          type="button"
          className={styles['fold']}
          aria-expanded={!isFolded}
          aria-label={`${members} ${members === 1 ? 'member' : 'members'} of this run`}
          title={`${isFolded ? 'Show' : 'Hide'} ${members} ${members === 1 ? 'member' : 'members'}`}
          onClick={onFold}
        >
          <Icon name="chevron" size={12} />
        </button>
      )}
      <a className={styles['link']} href={href} aria-current={isSelected ? 'true' : undefined} onClick={select}>
        <span className={styles['title']} dir="auto">
          {title ?? <i>{depth > 0 ? 'no component' : 'no input'}</i>}
        </span>
        {started && (
          <time dateTime={started.toISOString()} title={exactTime(started)}>
            {clockTime(started)}
          </time>
        )}
        <span className={styles['facts']}>
          <RunStatus status={run.status} />
          {depth === 0 && component !== undefined && <span className={styles['component']}>{component}</span>}
          {tokens !== undefined && <span>{tokens.toLocaleString()} tokens</span>}
          <span className={styles['duration']}>{duration === undefined ? '' : formatDuration(duration)}</span>
        </span>
        <span className={styles['track']} data-empty={duration === undefined || undefined} aria-hidden="true">
          {duration !== undefined && longest > 0 && (
            <span
              className={hasFailed ? styles['failedBar'] : styles['bar']}
              style={{ width: `${(100 * duration) / longest}%` }}
            />
          )}
        </span>
      </a>
    </div>
  );
}

/** The id of the agent, team or workflow that ran. */
export function componentOf(run: object): string | undefined {
  const { agent_id, team_id, workflow_id } = run as Readonly<Record<string, unknown>>;
  return textOf(agent_id) ?? textOf(team_id) ?? textOf(workflow_id);
}
