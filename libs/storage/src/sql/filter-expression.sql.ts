import type {
  ComparisonOperator,
  FilterComparison,
  FilterExpression,
  FilterField,
  FilterValue,
} from '@session-service/contract';
import type { SqlValue } from '@session-service/database';
import { kindOf, quote, type RawJson, unquote } from '@session-service/json';
import { asJsonb, type ColumnTypes } from './json-columns.js';
import { LAST_CHANGE } from './session-order.js';

/**
 * Number of characters of a stored value that are compared, unless for equality. PostgreSQL cannot interrupt the comparison of
 * one value, and a value may be as long as a request body.
 */
export const COMPARED_CHARACTERS = 10_000;

/** SQL that depends on the types of the columns. */
export type Condition = (statements: ColumnTypes) => string;

/** Adds a parameter to the statement and returns its placeholder. */
export type AddParameter = (value: SqlValue) => string;

/**
 * The condition of a filter. As in SQL and in AgentOS, a comparison with an absent value is neither true nor false, so that
 * neither it nor its negation matches. Negations are moved to the comparisons, where JSON's containment operator, which an
 * index can serve, is only used unnegated: it is false where a value is absent.
 */
export function filterCondition(filter: FilterExpression, add: AddParameter, isNegated = false): Condition {
  switch (filter.op) {
    case 'AND':
    case 'OR': {
      const conditions = filter.conditions.map((condition) => filterCondition(condition, add, isNegated));
      const operator = (filter.op === 'AND') === isNegated ? ' OR ' : ' AND ';
      return (statements) => `(${conditions.map((sql) => sql(statements)).join(operator)})`;
    }
    case 'NOT':
      return filterCondition(filter.condition, add, !isNegated);
    default:
      return comparison(filter, add, isNegated);
  }
}

/** True if the index on metadata can find the sessions that match. */
export function isFoundByMetadata(filter: FilterExpression, isNegated = false): boolean {
  switch (filter.op) {
    case 'AND':
    case 'OR': {
      const found = filter.conditions.map((condition) => isFoundByMetadata(condition, isNegated));
      return (filter.op === 'AND') === isNegated ? found.every(Boolean) : found.some(Boolean);
    }
    case 'NOT':
      return isFoundByMetadata(filter.condition, !isNegated);
    default: {
      const isEquality = isNegated ? filter.op === 'NEQ' : filter.op === 'EQ' || filter.op === 'IN';
      return isEquality && filter.field.kind === 'json' && filter.field.column === 'metadata';
    }
  }
}

function comparison({ op, field, values }: FilterComparison, add: AddParameter, isNegated: boolean): Condition {
  const storable = values.filter(isStorable);
  if (field.kind === 'json' && !field.path.every((key) => isStorable(quote(key)))) return NEVER;
  switch (op) {
    case 'EQ':
    case 'IN':
      return isNegated ? differs(field, storable, add) : equals(field, storable, add);
    case 'NEQ':
      return isNegated ? equals(field, storable, add) : differs(field, storable, add);
    case 'CONTAINS':
    case 'STARTSWITH': {
      const [value] = storable;
      if (value === undefined) return isNegated ? isPresent(textValue(field, add)) : NEVER;
      const matches = op === 'CONTAINS' ? contains(field, value, add) : startsWith(field, value, add);
      return (statements) => `${isNegated ? 'NOT ' : ''}(${matches(statements)})`;
    }
    default: {
      const [value] = storable;
      const matches = value === undefined ? NEVER : ordered(field, SQL_OPERATORS[op], value, add);
      return (statements) => `${isNegated && value !== undefined ? 'NOT ' : ''}(${matches(statements)})`;
    }
  }
}

const NEVER: Condition = () => 'false';

const SQL_OPERATORS = { GT: '>', GTE: '>=', LT: '<', LTE: '<=' } as const satisfies Partial<
  Record<ComparisonOperator, string>
>;

/** No row has a value with NUL or a lone surrogate, which PostgreSQL does not store and would reject in a parameter. */
function isStorable(value: FilterValue): boolean {
  if (kindOf(value) !== 'string') return true;
  const text = unquote(value);
  return !text.includes('\0') && text.isWellFormed();
}

function equals(field: FilterField, values: readonly FilterValue[], add: AddParameter): Condition {
  if (values.length === 0) return NEVER;
  switch (field.kind) {
    case 'json': {
      const parameters = values.map((value) => add(nested(field.path, value)));
      return (statements) => {
        const column = jsonColumn(statements, field.column);
        return `(${parameters.map((parameter) => `${column} @> ${parameter}::jsonb`).join(' OR ')})`;
      };
    }
    case 'time':
      return timeComparison(field, '=', values, add);
    default:
      return textComparison(field, '= ANY', values, add);
  }
}

/** True if the value is present and differs from all of `values`. */
function differs(field: FilterField, values: readonly FilterValue[], add: AddParameter): Condition {
  if (values.length === 0) return isPresent(field.kind === 'json' ? jsonMember(field, add) : textValue(field, add));
  switch (field.kind) {
    case 'json': {
      const member = jsonMember(field, add);
      const parameter = add(values);
      return (statements) => `${member(statements)} <> ALL (${parameter}::jsonb[])`;
    }
    case 'time':
      return timeComparison(field, '<>', values, add);
    default:
      return textComparison(field, '<> ALL', values, add);
  }
}

/** The object that has the value at the path. An object that contains it has an equal value there, since it is no container. */
function nested(path: readonly string[], value: FilterValue): string {
  return path.reduceRight((json, key) => `{${quote(key)}:${json}}`, String(value));
}

function ordered(field: FilterField, operator: string, value: FilterValue, add: AddParameter): Condition {
  if (field.kind === 'time') return timeComparison(field, operator, [value], add);
  const isText = field.kind !== 'json' || kindOf(value) === 'string';
  const parameter = add(isText ? textOf(value) : value);
  if (field.kind !== 'json') {
    return (statements) =>
      `left(${textColumn(statements, field)}, ${COMPARED_CHARACTERS}) ${operator} ${parameter}::text`;
  }
  const member = jsonMember(field, add, kindOf(value));
  return (statements) =>
    isText
      ? `left(${member(statements)} #>> '{}', ${COMPARED_CHARACTERS}) ${operator} ${parameter}::text`
      : `${member(statements)} ${operator} ${parameter}::jsonb`;
}

/** Ignores case, as AgentOS does. */
function contains(field: FilterField, value: FilterValue, add: AddParameter): Condition {
  const text = lowerText(field, add);
  const parameter = add(textOf(value));
  return (statements) => `position(lower(${parameter}::text) IN ${text(statements)}) > 0`;
}

function startsWith(field: FilterField, value: FilterValue, add: AddParameter): Condition {
  const text = lowerText(field, add);
  const parameter = add(textOf(value));
  return (statements) => `starts_with(${text(statements)}, lower(${parameter}::text))`;
}

function isPresent(value: Condition): Condition {
  return (statements) => `${value(statements)} IS NOT NULL`;
}

function lowerText(field: FilterField, add: AddParameter): Condition {
  const text = textValue(field, add);
  return (statements) => `lower(left(${text(statements)}, ${COMPARED_CHARACTERS}))`;
}

function textValue(field: FilterField, add: AddParameter): Condition {
  if (field.kind === 'json') {
    const member = jsonMember(field, add);
    return (statements) => `(${member(statements)} #>> '{}')`;
  }
  if (field.kind === 'time') return (statements) => `(${timeValue(statements, field.column)})::text`;
  return (statements) => textColumn(statements, field);
}

/** A string, or the JSON text of another value. */
function textOf(value: FilterValue): string {
  return kindOf(value) === 'string' ? unquote(value) : value;
}

function textComparison(
  field: Extract<FilterField, { kind: 'text' | 'name' }>,
  operator: '= ANY' | '<> ALL',
  values: readonly FilterValue[],
  add: AddParameter,
): Condition {
  const [only] = values;
  if (values.length === 1 && only !== undefined) {
    const parameter = add(textOf(only));
    return (statements) => `${textColumn(statements, field)} ${operator.split(' ', 1)[0]} ${parameter}::text`;
  }
  const parameter = add(values.map(textOf));
  return (statements) => `${textColumn(statements, field)} ${operator} (${parameter}::text[])`;
}

function textColumn(statements: ColumnTypes, field: Extract<FilterField, { kind: 'text' | 'name' }>): string {
  if (field.kind === 'name') return `(${jsonColumn(statements, 'session_data')}->>'session_name')`;
  return has(statements, field.column) ? `${field.column}::text` : 'NULL::text';
}

function jsonColumn(statements: ColumnTypes, column: string): string {
  return has(statements, column) ? asJsonb(statements, column) : 'NULL::jsonb';
}

/**
 * The value at the path; NULL if there is none, or none of the given type. Unlike the operator `#>`, and like containment, a key never selects an item of
 * an array. https://www.postgresql.org/docs/current/functions-json.html#STRICT-AND-LAX-MODES
 */
function jsonMember(
  { column, path }: Extract<FilterField, { kind: 'json' }>,
  add: AddParameter,
  type?: string,
): Condition {
  const ofType = type === undefined ? '' : ` ? (@.type() == "${type}")`;
  const parameter = add(`strict ${['$', ...path.map(quote)].join('.')}${ofType}`);
  return (statements) =>
    `jsonb_path_query_first(${jsonColumn(statements, column)}, ${parameter}::jsonpath, '{}', true)`;
}

function timeComparison(
  { column }: Extract<FilterField, { kind: 'time' }>,
  operator: string,
  values: readonly FilterValue[],
  add: AddParameter,
): Condition {
  const parameters = values.map((value) => `${add(value)}::${isBigint(value) ? 'bigint' : 'numeric'}`);
  const joint = operator === '<>' ? ' AND ' : ' OR ';
  return (statements) => {
    const time = timeValue(statements, column);
    return `(${parameters.map((parameter) => `${time} ${operator} ${parameter}`).join(joint)})`;
  };
}

/** An index on a bigint column serves comparisons with bigint, but not with numeric. */
function isBigint(value: RawJson): boolean {
  if (!/^-?\d{1,19}$/.test(value)) return false;
  return BigInt.asIntN(64, BigInt(value)) === BigInt(value);
}

/**
 * Unix seconds. The time of the last change is that of creation until a session is changed, as where lists are sorted by it.
 * In tables with other column types, a value that is no whole number counts as absent.
 */
function timeValue(statements: ColumnTypes, column: 'created_at' | 'updated_at'): string {
  const columns = (column === 'created_at' ? ['created_at'] : ['updated_at', 'created_at']).filter((name) =>
    has(statements, name),
  );
  if (columns.every((name) => NUMERIC.has(statements.layout.columns.get(name) ?? ''))) {
    return columns.length === 2 ? LAST_CHANGE : (columns[0] ?? 'NULL::bigint');
  }
  const numbers = columns.map((name) => `CASE WHEN ${name}::text ~ '^-?[0-9]{1,18}$' THEN ${name}::text::bigint END`);
  return `coalesce(${numbers.join(', ')})`;
}

const NUMERIC: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision']);

function has({ layout }: ColumnTypes, column: string): boolean {
  return layout.columns.has(column);
}
