import {
  isNonFinite,
  isPresent,
  itemsOf,
  kindOf,
  MemberNames,
  membersOf,
  pythonRepr,
  type RawJson,
  reprString,
  type Steps,
  stringOf,
} from '@session-service/json';
import { problem, unprocessable } from '../http-problem.js';
import { unixTimeOf } from '../time/timestamp.js';
import { tooLong } from '../validation-issues.js';
import {
  COMPARISON_OPERATORS,
  type ComparisonOperator,
  type FilterExpression,
  type FilterField,
  type FilterValue,
  isTooLongToCompare,
  JSON_COLUMNS,
  MAX_FILTER_LENGTH,
  MAX_FILTER_VALUES,
  TEXT_COLUMNS,
  TIME_COLUMNS,
} from './filter-expression.js';

/** The limit of AgentOS. The outermost expression has depth 0. */
const MAX_DEPTH = 10;

/** Maximum length of a filter's JSON text, in characters. */
const MAX_LENGTH = 65_536;

/** Maximum length of the part of a filter that an error message repeats, in characters. */
const MAX_ECHO_LENGTH = 1_000;

const MEMBERS = new MemberNames(['op', 'key', 'value', 'values', 'conditions', 'condition']);

/**
 * Reads a filter as `agno.filters.from_dict` and `agno.db.filter_converter` do, with their error messages.
 *
 * @param raw a JSON object
 * @throws HttpProblem 400 for an unknown operator or key or a missing member; 422 for a string that is too long
 */
export function* readFilterExpression(raw: RawJson): Steps<FilterExpression> {
  try {
    if (raw.length > MAX_LENGTH) throw new InvalidFilter(`at most ${MAX_LENGTH} characters are accepted`);
    return new FilterReader().read(raw, 0);
  } catch (error) {
    if (!(error instanceof InvalidFilter)) throw error;
    const value = error.value === undefined ? '' : yield* pythonText(error.value);
    throw problem(400, `Invalid filter expression: ${error.message}${value}`);
  }
}

class InvalidFilter extends Error {
  /** @param value a part of the filter that the message ends with */
  constructor(
    message: string,
    readonly value?: RawJson,
  ) {
    super(message);
  }
}

/** As Python's `str`, which quotes strings only within lists and dictionaries. */
function* pythonText(value: RawJson): Steps<string> {
  return stringOf(value)?.slice(0, MAX_ECHO_LENGTH) ?? (yield* pythonRepr(value, MAX_ECHO_LENGTH));
}

function invalid(message: string, got: RawJson): InvalidFilter {
  return new InvalidFilter(`${message}. Got: `, got);
}

type Members = ReadonlyMap<string, RawJson>;

class FilterReader {
  private values = 0;

  read(raw: RawJson, depth: number): FilterExpression {
    if (depth > MAX_DEPTH) throw new InvalidFilter(`Filter expression exceeds maximum nesting depth of ${MAX_DEPTH}`);
    const members = membersOf(raw, MEMBERS);
    const op = members.get('op');
    if (op === undefined) throw invalid("Invalid filter dictionary: must contain 'op' key", raw);
    const name = stringOf(op);
    switch (name) {
      case 'AND':
      case 'OR':
        return { op: name, conditions: this.conditions(name, members, raw, depth) };
      case 'NOT': {
        const condition = members.get('condition');
        if (condition === undefined) throw invalid("NOT filter requires 'condition' field", raw);
        return { op: name, condition: this.read(condition, depth + 1) };
      }
      default: {
        const operator = COMPARISON_OPERATORS.find((known) => known === name);
        if (operator === undefined) throw new InvalidFilter('Unknown filter operator: ', op);
        return this.comparison(operator, members, raw);
      }
    }
  }

  private conditions(op: 'AND' | 'OR', members: Members, raw: RawJson, depth: number): FilterExpression[] {
    const conditions: FilterExpression[] = [];
    for (const condition of itemsOf(members.get('conditions'))) conditions.push(this.read(condition, depth + 1));
    if (conditions.length === 0) throw invalid(`${op} filter requires 'conditions' field`, raw);
    return conditions;
  }

  private comparison(op: ComparisonOperator, members: Members, raw: RawJson): FilterExpression {
    const member = op === 'IN' ? 'values' : 'value';
    const key = members.get('key');
    const given = members.get(member);
    if (!isPresent(key) || given === undefined) throw missingMember(op, raw);
    const field = fieldOf(key);
    if (op === 'IN' && kindOf(given) !== 'array') throw missingMember(op, raw);
    const values = [...(op === 'IN' ? itemsOf(given) : [given])];
    this.values += Math.max(1, values.length);
    if (this.values > MAX_FILTER_VALUES) throw new InvalidFilter(`at most ${MAX_FILTER_VALUES} values are accepted`);
    return { op, field, values: values.map((value) => comparedValue(op, field, value, raw)) };
  }
}

function missingMember(op: ComparisonOperator, raw: RawJson): InvalidFilter {
  return invalid(`${op} filter requires 'key' and '${op === 'IN' ? 'values' : 'value'}' fields`, raw);
}

/** Null is a value of JSON, but not of a column. */
function comparedValue(op: ComparisonOperator, field: FilterField, value: RawJson, raw: RawJson): FilterValue {
  const kind = kindOf(value);
  const isEquality = op === 'EQ' || op === 'NEQ' || op === 'IN';
  if (kind === 'null' && !(field.kind === 'json' && isEquality)) throw missingMember(op, raw);
  if (kind === 'object' || kind === 'array' || isNonFinite(value))
    throw invalid(`${op} compares with a string, number or boolean`, raw);
  if (isTooLongToCompare(stringOf(value) ?? '')) throw longValue(value);
  if (field.kind !== 'time' || op === 'CONTAINS' || op === 'STARTSWITH') return value;
  const time = kind === 'number' ? value : unixTimeOf(stringOf(value) ?? '');
  if (time === undefined) throw invalid(`'${field.column}' compares with Unix seconds or an ISO 8601 time`, raw);
  return time;
}

function longValue(value: RawJson) {
  return unprocessable([tooLong(['body', 'filter'], MAX_FILTER_LENGTH, value)]);
}

/** A path of a JSON column is split at each dot, so that its keys contain none. */
function fieldOf(key: RawJson): FilterField {
  const name = stringOf(key);
  if (name === undefined) throw unknownField(key);
  if (isTooLongToCompare(name)) throw longValue(key);
  if (name === 'session_name') return { kind: 'name' };
  const text = TEXT_COLUMNS.find((column) => column === name);
  if (text !== undefined) return { kind: 'text', column: text };
  const time = TIME_COLUMNS.find((column) => column === name);
  if (time !== undefined) return { kind: 'time', column: time };
  const [first, ...path] = name.split('.');
  const json = JSON_COLUMNS.find((column) => column === first);
  if (json === undefined || path.length === 0) throw unknownField(key);
  return { kind: 'json', column: json, path };
}

function unknownField(key: RawJson): InvalidFilter {
  const name = (stringOf(key) ?? key).slice(0, MAX_ECHO_LENGTH);
  return new InvalidFilter(`Invalid filter field: '${name}'. Allowed: [${ALLOWED_KEYS.map(reprString).join(', ')}]`);
}

const ALLOWED_KEYS = [
  ...TEXT_COLUMNS,
  ...TIME_COLUMNS,
  'session_name',
  ...JSON_COLUMNS.map((name) => `${name}.<key>`),
].sort();
