import { useMemo } from 'react';
import { Button, IconButton } from '../components/button';
import { Disclosure } from '../components/disclosure';
import { Notice } from '../components/notice';
import { formatNumber } from '../components/number-format';
import { ProblemMessage } from '../components/problem-message';
import { Skeleton } from '../components/skeleton';
import { visibleText } from '../components/visible-text';
import { DEFAULT_OVERVIEW_DAYS, type Filters, NO_FILTERS, OVERVIEW_DAYS, useView } from '../shell/view';
import { ViewLink } from '../shell/view-link';
import { DayPlot, type Series } from './day-plot';
import { formatRate, GroupTable } from './group-table';
import styles from './overview.module.css';
import { type ComponentUsage, type DayUsage, dateBefore, errorRate, type UserUsage, useUsage } from './use-usage';

/** How many sessions and runs there were, how many runs failed, and what they cost, by day, component and user. */
export default function Overview() {
  const [view, changeView] = useView();
  const days = view.overview ?? DEFAULT_OVERVIEW_DAYS;
  const period = { database: view.database, days };
  const byDay = useUsage('day', period);
  const byComponent = useUsage('component', { ...period, isEnabled: byDay.isSuccess });
  const byUser = useUsage('user', { ...period, isEnabled: byComponent.isSuccess });
  const missing = Object.values(byDay.data?.meta.missing ?? {});
  return (
    <div className={styles['overview']}>
      <div className={styles['head']}>
        <h2>Overview</h2>
        <fieldset className={styles['periods']}>
          <legend className="visually-hidden">Period</legend>
          {OVERVIEW_DAYS.map((length) => (
            <Button key={length} aria-pressed={length === days} onClick={() => changeView({ overview: length })}>
              {length} days
            </Button>
          ))}
        </fieldset>
        <IconButton icon="close" label="Close the overview" onClick={() => changeView({ overview: undefined })} />
      </div>
      {byDay.data === undefined ? (
        <Pending query={byDay} />
      ) : byDay.data.data.every(({ sessions, runs }) => sessions === 0 && !runs) ? (
        <Notice title={`There are no sessions and runs of the last ${days} days`}>
          <p>Choose a longer period.</p>
        </Notice>
      ) : (
        <>
          {missing.length > 0 && (
            <ul className={styles['missing']} aria-label="What is missing">
              {missing.map((reason) => (
                <li key={reason}>{reason}.</li>
              ))}
            </ul>
          )}
          <Days rows={byDay.data.data} />
          <h3>Components</h3>
          {byComponent.data === undefined ? (
            <Pending query={byComponent} />
          ) : (
            <GroupTable title="Component" rows={byComponent.data.data.map((row) => componentRow(row, days))} />
          )}
          <h3>Users</h3>
          {byUser.data === undefined ? (
            <Pending query={byUser} />
          ) : (
            <GroupTable title="User" rows={byUser.data.data.map((row) => userRow(row, days))} />
          )}
        </>
      )}
    </div>
  );
}

function Pending({ query }: { readonly query: Parameters<typeof ProblemMessage>[0]['query'] }) {
  if (query.failureReason === null && query.fetchStatus !== 'paused')
    return <Skeleton lines={6} label="Loading the numbers" />;
  return <ProblemMessage query={query} subject="the numbers of sessions" />;
}

/** Both plots, and the same numbers as a table. */
function Days({ rows }: { readonly rows: readonly DayUsage[] }) {
  const plots = useMemo(() => {
    const counts: Series[] = [{ name: 'Sessions', colour: '--accent', values: rows.map(({ sessions }) => sessions) }];
    const hasRuns = rows.some(({ runs }) => runs !== null);
    if (hasRuns) counts.push({ name: 'Runs', colour: '--success', values: rows.map(({ runs }) => runs ?? undefined) });
    const errors: Series[] = [{ name: 'Failed runs', colour: '--error', values: rows.map(errorRate) }];
    return { days: rows.map(({ day }) => day), counts, errors: hasRuns ? errors : undefined };
  }, [rows]);
  const title = plots.errors === undefined ? 'Sessions per day' : 'Sessions and runs per day';
  return (
    <>
      <div className={styles['plots']}>
        <DayPlot title={title} days={plots.days} series={plots.counts} format={formatNumber} />
        {plots.errors && <DayPlot title="Error rate" days={plots.days} series={plots.errors} format={formatRate} />}
      </div>
      <Disclosure summary="The numbers of each day">
        <GroupTable title="Day" rows={rows.map(({ day, ...numbers }) => ({ key: day, name: day, ...numbers }))} />
      </Disclosure>
    </>
  );
}

function componentRow({ component_type, component_id, other, ...numbers }: ComponentUsage, days: number) {
  const key = `${component_type} ${component_id} ${other}`;
  if (other) return { key, name: 'All others', ...numbers };
  if (component_id === null) return { key, name: `Without a component (${component_type})`, ...numbers };
  const name = (
    <>
      <SessionsLink days={days} filters={{ type: component_type ?? '', component: component_id }} text={component_id} />
      {component_type !== 'agent' && ` ${component_type}`}
    </>
  );
  return { key, name, ...numbers };
}

function userRow({ user_id, other, ...numbers }: UserUsage, days: number) {
  const key = `${user_id} ${other}`;
  if (other) return { key, name: 'All others', ...numbers };
  if (user_id === null || user_id === '') return { key, name: 'Without a user', ...numbers };
  return { key, name: <SessionsLink days={days} filters={{ user: user_id }} text={user_id} />, ...numbers };
}

interface SessionsLinkProps {
  readonly days: number;
  readonly filters: Partial<Filters>;
  readonly text: string;
}

/** Leads to the sessions of the period that the filters match. */
function SessionsLink({ days, filters, text }: SessionsLinkProps) {
  const closed = { overview: undefined, session: undefined, run: undefined, message: undefined, pane: undefined };
  return (
    <ViewLink change={{ ...closed, filters: { ...NO_FILTERS, ...filters, from: dateBefore(days - 1) } }}>
      {visibleText(text)}
    </ViewLink>
  );
}
