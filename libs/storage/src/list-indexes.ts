import type { TableNames } from '@agno/database';
import { qualifiedTables, quoteIdentifier } from './tables.js';

/** An index of ours on the sessions table: what lists want and AgentOS does not create. */
export interface SessionIndex {
  readonly name: string;
  /** Which lists it serves. */
  readonly purpose: string;
  readonly create: string;
  readonly drop: string;
}

/** Our names begin so, which tells them from AgentOS's. */
const INDEX_NAME_PREFIX = 'agno_session_service';

const INDEX_DEFINITIONS: readonly [suffix: string, purpose: string, definition: string][] = [
  ['user', 'lists of one user', '(user_id, created_at)'],
  ['agent', 'lists of one agent', '(agent_id, created_at) WHERE agent_id IS NOT NULL'],
  ['team', 'lists of one team', '(team_id, created_at) WHERE team_id IS NOT NULL'],
  ['workflow', 'lists of one workflow', '(workflow_id, created_at) WHERE workflow_id IS NOT NULL'],
  ['updated', 'lists sorted by updated_at', '((coalesce(updated_at, created_at)))'],
];

/** The indexes for the sessions table of that name. Built and dropped without blocking writers. */
export function sessionIndexes(names: TableNames): SessionIndex[] {
  const tables = qualifiedTables(names);
  return INDEX_DEFINITIONS.map(([suffix, purpose, definition]) => {
    const name = `${INDEX_NAME_PREFIX}_${suffix}`;
    return {
      name,
      purpose,
      create: `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${quoteIdentifier(name)} ON ${tables.sessions} ${definition}`,
      drop: `DROP INDEX CONCURRENTLY IF EXISTS ${tables.schema}.${quoteIdentifier(name)}`,
    };
  });
}
