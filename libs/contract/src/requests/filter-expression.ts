import type { RawJson } from '@session-service/json';

/**
 * A condition on sessions, in the terms of agno's `FilterExpr` (agno/filters.py). The parameters of a list for times and metadata,
 * and the filter of `POST /sessions/search`, become such a tree; AgentOS's own parameters do not. Its translation to SQL is in
 * `libs/storage/src/sql/filter-expression.sql.ts`.
 */
export type FilterExpression = FilterGroup | FilterNegation | FilterComparison;

interface FilterGroup {
  readonly op: 'AND' | 'OR';
  readonly conditions: readonly FilterExpression[];
}

interface FilterNegation {
  readonly op: 'NOT';
  readonly condition: FilterExpression;
}

/** `IN` has any number of values, every other operator one. */
export interface FilterComparison {
  readonly op: ComparisonOperator;
  readonly field: FilterField;
  readonly values: readonly FilterValue[];
}

export const COMPARISON_OPERATORS = ['EQ', 'NEQ', 'GT', 'GTE', 'LT', 'LTE', 'IN', 'CONTAINS', 'STARTSWITH'] as const;
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/** A JSON string, number, boolean or null. A time is compared with a number: Unix seconds. */
export type FilterValue = RawJson;

export const TEXT_COLUMNS = ['session_id', 'session_type', 'agent_id', 'team_id', 'workflow_id', 'user_id'] as const;
export const TIME_COLUMNS = ['created_at', 'updated_at'] as const;
export const JSON_COLUMNS = [
  'metadata',
  'session_data',
  'summary',
  'agent_data',
  'team_data',
  'workflow_data',
] as const;

/**
 * The compared value of a session. `name`: the stored name, not a derived title. `json`: the value at a path of keys in a
 * JSON column.
 */
export type FilterField =
  | { readonly kind: 'text'; readonly column: (typeof TEXT_COLUMNS)[number] }
  | { readonly kind: 'time'; readonly column: (typeof TIME_COLUMNS)[number] }
  | { readonly kind: 'name' }
  | { readonly kind: 'json'; readonly column: (typeof JSON_COLUMNS)[number]; readonly path: readonly string[] };

/** Maximum number of values in the comparisons of one request. */
export const MAX_FILTER_VALUES = 100;

/**
 * Maximum length of a compared string or key, in code points. PostgreSQL matches in time proportional to the product of both
 * lengths, and cannot cancel the comparison of one value.
 */
export const MAX_FILTER_LENGTH = 256;

/** True if a string or key is too long to be compared. */
export function isTooLongToCompare(value: string): boolean {
  return value.length > MAX_FILTER_LENGTH && Array.from(value).length > MAX_FILTER_LENGTH;
}
