import type { StatementCache } from '../layout.js';
import type { WhereClause } from './session-filter.js';

/** Where a page takes its sessions from. */
export interface MatchingSessions {
  /** A table with the columns of the sessions table. */
  readonly from: string;
  /** The WHERE clause. @param further conditions that must be met as well */
  readonly where: (...further: string[]) => string;
}

/** Maximum number of matches of a filter that are all read and sorted. */
const FEW = 1_000;

/**
 * SQL of a page of the sessions that match. If an index can find the matches, tries that first: few of them are sorted, and
 * more of them are common enough to be found in the order of the list. Left to itself, PostgreSQL expects many matches for some
 * values that are rare, and then reads most of the table in the order of the list.
 *
 * @param page builds the page
 */
export function pageOfMatches(
  condition: WhereClause,
  statements: StatementCache,
  page: (sessions: MatchingSessions) => string,
): string {
  const table = statements.tables.sessions;
  const where = (...further: string[]) => condition.sql(statements, ...further);
  if (!condition.isIndexable || !statements.layout.hasMetadataIndex) return page({ from: table, where });
  const count = '(SELECT count(*) FROM few)';
  const ofFew = (...further: string[]) => `WHERE ${[`${count} <= ${FEW}`, ...further].join(' AND ')}`;
  const ofMany = (...further: string[]) => where(`${count} > ${FEW}`, ...further);
  return `WITH few AS MATERIALIZED (SELECT * FROM ${table} ${where()} LIMIT ${FEW + 1})
    (${page({ from: 'few', where: ofFew })}) UNION ALL (${page({ from: table, where: ofMany })})`;
}
