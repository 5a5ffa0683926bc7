import type { ReactNode } from 'react';
import { formatNumber } from '../components/number-format';
import styles from './overview.module.css';
import { type DayUsage, errorRate } from './use-usage';

/** A row of the table: its name, and the numbers. */
export interface NumberRow extends Omit<DayUsage, 'day'> {
  readonly key: string;
  readonly name: ReactNode;
}

interface GroupTableProps {
  /** Title of the column with the names. */
  readonly title: string;
  readonly rows: readonly NumberRow[];
}

/** Numbers by name. A bar behind the tokens compares them; the width of the table needs no scrolling on a phone. */
export function GroupTable({ title, rows }: GroupTableProps) {
  const maximum = Math.max(1, ...rows.map(({ total_tokens }) => total_tokens ?? 0));
  return (
    <table className={styles['table']}>
      <thead>
        <tr>
          <th scope="col">{title}</th>
          <th scope="col">Sessions</th>
          <th scope="col">Runs</th>
          <th scope="col">Failed</th>
          <th scope="col">Tokens</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row" dir="auto">
              {row.name}
            </th>
            <td>{formatNumber(row.sessions)}</td>
            <td>{text(row.runs)}</td>
            <td>{formatRate(errorRate(row))}</td>
            <td>
              {text(row.total_tokens)}
              {row.total_tokens !== null && (
                <span className={styles['bar']} style={{ width: `${(100 * row.total_tokens) / maximum}%` }} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function text(value: number | null): string {
  return value === null ? 'unknown' : formatNumber(value);
}

/** A share in percent, with a decimal only where it is small. */
export function formatRate(percent: number | undefined): string {
  if (percent === undefined) return '–';
  return `${percent === 0 || percent >= 10 ? Math.round(percent) : percent.toFixed(1)} %`;
}
