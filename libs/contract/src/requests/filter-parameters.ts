import { asRaw, quote, type RawJson } from '@session-service/json';
import type { QueryReader } from '../query-parameters.js';
import { type IssueLog, invalidValue, tooLong } from '../validation-issues.js';
import {
  type ComparisonOperator,
  type FilterComparison,
  type FilterExpression,
  isTooLongToCompare,
  MAX_FILTER_LENGTH,
  MAX_FILTER_VALUES,
} from './filter-expression.js';

/** The parameters for times: inclusive Unix seconds of any size, as those of runs. */
const TIME_PARAMETERS = [
  ['created_after', 'created_at', 'GTE'],
  ['created_before', 'created_at', 'LTE'],
  ['updated_after', 'updated_at', 'GTE'],
  ['updated_before', 'updated_at', 'LTE'],
] as const;

const METADATA_PREFIX = 'metadata.';

/** Each parameter without its own issue becomes one or two values. */
const MAX_METADATA_PARAMETERS = Math.floor((MAX_FILTER_VALUES - TIME_PARAMETERS.length) / 2);

/** The condition that the parameters of a list set together; undefined: none. AgentOS ignores these parameters. */
export function readFilterParameters(query: QueryReader, log: IssueLog): FilterExpression | undefined {
  const conditions = [...readTimes(query), ...readMetadata(query, log)];
  return conditions.length > 1 ? { op: 'AND', conditions } : conditions[0];
}

function* readTimes(query: QueryReader): Generator<FilterComparison> {
  const additions = query.forAdditions();
  for (const [name, column, op] of TIME_PARAMETERS) {
    const seconds = additions.integer(name);
    if (seconds !== undefined) yield { op, field: { kind: 'time', column }, values: [asRaw(String(seconds))] };
  }
}

/** `metadata.<key>=<value>`: one key of the first level, which may contain dots. */
function readMetadata(query: QueryReader, log: IssueLog): FilterComparison[] {
  const parameters = query.withPrefix(METADATA_PREFIX);
  if (parameters.length > MAX_METADATA_PARAMETERS) {
    const reason = `at most ${MAX_METADATA_PARAMETERS} conditions on metadata are accepted`;
    log.reportDeviation(invalidValue(['query', 'metadata'], reason, asRaw(String(parameters.length))));
    return [];
  }
  return parameters.map(([key, value]) => {
    const long = [key, value].find(isTooLongToCompare);
    if (long !== undefined) log.reportDeviation(tooLong(['query', 'metadata'], MAX_FILTER_LENGTH, quote(long)));
    const values = spelledValues(value);
    const op: ComparisonOperator = values.length > 1 ? 'IN' : 'EQ';
    return { op, field: { kind: 'json', column: 'metadata', path: [key] }, values };
  });
}

/** The JSON values that a parameter may mean: the string itself, and the number, true, false or null that it spells. */
function spelledValues(value: string): RawJson[] {
  return LITERAL.test(value) ? [quote(value), asRaw(value)] : [quote(value)];
}

/** The exponent is limited, since PostgreSQL expands it. */
const LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?)$/;
