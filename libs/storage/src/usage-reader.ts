import { MAX_TOKEN_SESSIONS, type SessionUsage, type UsageGroup, type UsageRow } from '@session-service/contract';
import { type Database, type Deadline, RequestCoalescer, type SqlValue } from '@session-service/database';
import type { Layout, LayoutCheckedRow, StatementCache } from './layout.js';
import { isUpgraded, type LayoutDetector, LayoutOutdated } from './layout-detector.js';
import {
  containsNul,
  rejectedCharacter,
  type SessionFilter,
  type SessionScope,
  type WhereClause,
  whereClause,
} from './sql/session-filter.js';
import { sessionUsage, usageParameters } from './sql/session-usage.sql.js';

/** Selects the sessions and runs to count. */
export interface UsageQuery extends Pick<SessionFilter, 'type' | 'componentId'> {
  readonly groupBy: UsageGroup;
  /** The first second of each day in Unix seconds, and of the day after the last one. */
  readonly dayStarts: readonly number[];
}

type CountedRow = UsageRow & LayoutCheckedRow;

/**
 * Unnamed, so that PostgreSQL plans the statement for its period: a plan for any period would look up the rows of a long
 * one in an index, each at a random place.
 */
const REPORT = { kind: 'list', isUnnamed: true } as const;

/** Counts the sessions and runs of one database. Equal requests that wait for their turn share one statement. */
export class UsageReader {
  private readonly coalescer = new RequestCoalescer<SessionUsage>();

  constructor(
    private readonly database: Database,
    private readonly layout: LayoutDetector,
  ) {}

  /** @throws DatabaseOverloaded when other reports take longer than the queue timeout */
  read({ userId, deadline }: SessionScope, query: UsageQuery): Promise<SessionUsage> {
    const { groupBy, dayStarts } = query;
    const condition = whereClause(userId, query);
    const key = JSON.stringify([groupBy, condition.key, condition.values, dayStarts]);
    return this.coalescer.run(key, deadline, (shared) =>
      this.layout.withLayout(async (statements) => {
        const { layout } = statements;
        if (!layout.hasSessions || condition.values.some(containsNul)) return usageOf([], layout);
        const values = [...condition.values, ...usageParameters(groupBy, dayStarts)];
        return usageOf(await this.count(statements, condition, groupBy, values, shared), layout);
      }),
    );
  }

  private async count(
    statements: StatementCache,
    condition: WhereClause,
    groupBy: UsageGroup,
    values: readonly SqlValue[],
    deadline: Deadline,
  ): Promise<readonly CountedRow[]> {
    const statement = { name: 'usage', text: sessionUsage(condition, groupBy)(statements) };
    try {
      const rows = await this.database.report(async () => {
        const reader = await this.database.reader(deadline);
        return reader.query<CountedRow>(statement, values, deadline, REPORT);
      });
      if (isUpgraded(rows[0])) throw new LayoutOutdated();
      return rows;
    } catch (error) {
      if (rejectedCharacter(error, condition.values) === undefined) throw error;
      return [];
    }
  }
}

/** Replaces the numbers that the statement could not find out by null. */
function usageOf(counted: readonly CountedRow[], { hasRunsTable, hasRunsColumn }: Layout): SessionUsage {
  const sessions = counted.reduce((sum, row) => sum + BigInt(row.sessions), 0n);
  const hasTokens = sessions <= MAX_TOKEN_SESSIONS;
  const hasRuns = hasRunsTable || !hasRunsColumn;
  const rows = counted.map((row) => ({
    ...row,
    ...(!hasTokens && { total_tokens: null }),
    ...(!hasRuns && { runs: null, failed_runs: null, cancelled_runs: null }),
  }));
  return { rows, sessions, runsIn: runStoreOf(hasRuns, hasRunsColumn), hasTokens };
}

function runStoreOf(hasRuns: boolean, hasRunsColumn: boolean): SessionUsage['runsIn'] {
  if (!hasRuns) return 'column';
  return hasRunsColumn ? 'both' : 'table';
}
