import type { FilterExpression, SessionType } from '@session-service/contract';
import { type SqlValue, untranslatableCharacter, type WorkLimits } from '@session-service/database';
import { COMPARED_CHARACTERS, filterCondition, isFoundByMetadata } from './filter-expression.sql.js';
import { asJsonb, type ColumnTypes } from './json-columns.js';

/** The sessions that a request may access, and its limits. First parameter of the repository's methods. */
export interface SessionScope extends WorkLimits {
  /** Restricts every statement to this user's sessions; undefined: no restriction. */
  readonly userId: string | undefined;
}

/** Owner condition of every statement on sessions `s`: another user's session is not found (404). $2: user id or null. */
export const OWNER_CONDITION = '($2::text IS NULL OR s.user_id = $2)';

/** Selects one session `s` by its id and owner. $1 and $2: `sessionParameters`. */
export const SESSION_CONDITION = `s.session_id = $1 AND ${OWNER_CONDITION}`;

export function sessionParameters({ userId }: SessionScope, id: string): [id: string, userId: string | null] {
  return [id, userId ?? null];
}

/** PostgreSQL text cannot contain NUL: no row has such an id or filter value, and the server would reject the parameter. */
export function containsNul(value: unknown): boolean {
  return typeof value === 'string' && value.includes('\0');
}

/**
 * The first character in the values that the database's encoding does not have, from the error with which PostgreSQL
 * rejected the values. No row contains it, so it is treated like NUL. Undefined if the error has another cause, such as
 * a stored value.
 */
export function rejectedCharacter(error: unknown, values: readonly unknown[]): string | undefined {
  const character = untranslatableCharacter(error);
  if (character === undefined) return undefined;
  return values.some((value) => typeof value === 'string' && value.includes(character)) ? character : undefined;
}

/** Filters of a list besides the user. Undefined: no condition. An empty string is compared like any other value. */
export interface SessionFilter {
  readonly type?: SessionType | undefined;
  readonly componentId?: string | undefined;
  readonly sessionName?: string | undefined;
  readonly filter?: FilterExpression | undefined;
}

/** A WHERE clause with its parameters. */
export interface WhereClause {
  /**
   * Equal keys mean equal SQL, so statements can be cached by key. Undefined if the clause has a filter expression: there is
   * no limit to the number of such clauses, so their statements must be neither cached nor prepared.
   */
  readonly key: string | undefined;
  /** True if the index on metadata can find the rows. */
  readonly isIndexable: boolean;
  /** @param further conditions that must be met as well */
  readonly sql: (statements: ColumnTypes, ...further: string[]) => string;
  readonly values: readonly SqlValue[];
}

function comparedName(statements: ColumnTypes): string {
  return `left(coalesce(${asJsonb(statements, 'session_data')}->>'session_name', ''), ${COMPARED_CHARACTERS})`;
}

/**
 * The WHERE clause of a list. Like AgentOS, compares stored names (not derived titles) with ILIKE and does not escape
 * wildcards: `%` and `_` in the filter match.
 */
export function whereClause(
  userId: string | undefined,
  { type, componentId, sessionName, filter }: SessionFilter,
): WhereClause {
  const conditions: [key: string, sql: Condition, value: string | undefined][] = [
    ['user', (parameter) => `user_id = ${parameter}`, userId],
    [type ?? 'any', (parameter) => componentMatches(type, parameter), componentId],
    ['name', (parameter, statements) => `${comparedName(statements)} ILIKE '%' || ${parameter} || '%'`, sessionName],
    ['type', (parameter) => `session_type = ${parameter}`, type],
  ];
  const given = conditions.filter(([, , value]) => value !== undefined);
  const values: SqlValue[] = given.map(([, , value]) => value ?? null);
  const expression = filter && filterCondition(filter, (value) => `$${values.push(value)}`);
  return {
    isIndexable: filter !== undefined && isFoundByMetadata(filter),
    key: filter === undefined ? given.map(([key]) => key).join('+') : undefined,
    sql: (statements, ...further) => {
      const terms = given.map(([, sql], index) => sql(`$${index + 1}::text`, statements));
      if (expression !== undefined) terms.push(expression(statements));
      terms.push(...further);
      return terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`;
    },
    values,
  };
}

/** Builds a condition that compares with the parameter. */
type Condition = (parameter: string, statements: ColumnTypes) => string;

const COMPONENT_COLUMNS: Record<SessionType, string> = { agent: 'agent_id', team: 'team_id', workflow: 'workflow_id' };

function componentMatches(type: SessionType | undefined, parameter: string): string {
  if (type !== undefined) return `${COMPONENT_COLUMNS[type]} = ${parameter}`;
  return `(${Object.values(COMPONENT_COLUMNS)
    .map((column) => `${column} = ${parameter}`)
    .join(' OR ')})`;
}
