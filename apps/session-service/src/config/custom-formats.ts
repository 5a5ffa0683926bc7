import type { AccessRule } from '@session-service/auth';
import { DsnError, parseDsn } from '@session-service/database';
import { asRaw, entriesOf, itemsOf, kindOf, type RawJson, unquote } from '@session-service/json';
import { ValidateBy } from 'class-validator';
import { Variable } from './variable-formats.js';

/**
 * Parses a DSN or a JSON map, for which class-validator has no decorator. Pushes an error that names the variable and
 * the entry, never a DSN. Returns the valid part, so that other variables can be checked against it.
 */
type Parse = (value: string, errors: string[], variable: string) => unknown;

export const Dsn = () => custom('isDsn', checkDsn);
export const DsnMap = () => custom('isDsnMap', parseDsnMap);
export const ReplicaMap = () => custom('isReplicaMap', parseReplicaMap);
export const AccessRules = () => custom('isAccessRules', parseAccessRules);

function custom(name: string, parse: Parse): PropertyDecorator {
  const errorsOf = (value: string, variable = ''): string[] => {
    const errors: string[] = [];
    parse(value, errors, variable);
    return errors;
  };
  return Variable(
    ValidateBy({
      name,
      validator: {
        validate: (value, subject) => errorsOf(value, subject?.property).length === 0,
        defaultMessage: (subject) =>
          errorsOf(subject?.value, subject?.property)
            .join('\n')
            // A db_id can contain `$value`, which class-validator would replace by the variable's secret value.
            .replaceAll('$', '\\u0024'),
      },
    }),
  );
}

/** Parses AGNO_SESSION_DSN_MAP: the DSN of each db_id, in the order of the map. */
export function parseDsnMap(map: string, errors: string[] = []): { id: string; dsn: string }[] {
  const expected = 'a DSN, such as {"eu":"postgresql://…"}';
  const entries = parseMap('AGNO_SESSION_DSN_MAP', map, expected, errors);
  return entries.map(({ id, value, label }) => ({ id, dsn: parseDsnValue(value, label, errors) }));
}

/** Parses AGNO_SESSION_REPLICA_MAP: the DSNs of each db_id's replicas. */
export function parseReplicaMap(map: string, errors: string[] = []): ReadonlyMap<string, readonly string[]> {
  const expected = 'a list of DSNs, such as {"eu":["postgresql://…"]}';
  const entries = parseMap('AGNO_SESSION_REPLICA_MAP', map, expected, errors);
  return new Map(entries.map(({ id, value, label }) => [id, parseDsnList(value, label, errors)]));
}

/** An entry of a JSON map. `label` names the entry in error messages, such as `AGNO_SESSION_DSN_MAP["eu"]`. */
interface MapEntry {
  readonly id: string;
  readonly value: RawJson;
  readonly label: string;
}

function parseMap(variable: string, map: string, expected: string, errors: string[]): MapEntry[] {
  if (parseJson(map) === undefined) {
    errors.push(`${variable} must be a JSON object that maps each db_id to ${expected}`);
    return [];
  }
  // JSON.parse would drop repeated keys and move numeric keys to the front.
  const entries = [...entriesOf(asRaw(map))];
  const ids = entries.map(([id]) => id);
  const repeated = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  for (const id of repeated) errors.push(`${variable} names the db_id ${JSON.stringify(id)} more than once`);
  if (ids.length === 0) errors.push(`${variable} must name at least one database`);
  if (ids.includes('')) errors.push(`${variable} must not have an empty db_id`);
  return entries.map(([id, value]) => ({ id, value, label: `${variable}[${JSON.stringify(id)}]` }));
}

function parseDsnList(value: RawJson, label: string, errors: string[]): string[] {
  if (kindOf(value) === 'array') {
    return Array.from(itemsOf(value), (item, index) => parseDsnValue(item, `${label}[${index}]`, errors));
  }
  errors.push(`${label} must be a list of DSNs`);
  return [];
}

/** Returns an empty string for a value that is not a string. */
function parseDsnValue(value: RawJson, label: string, errors: string[]): string {
  if (kindOf(value) !== 'string') {
    errors.push(`${label} must be a DSN in quotes`);
    return '';
  }
  const dsn = unquote(value);
  checkDsn(dsn, errors, label);
  return dsn;
}

function checkDsn(dsn: string, errors: string[], label: string): void {
  try {
    parseDsn(dsn);
  } catch (error) {
    if (!(error instanceof DsnError)) throw error;
    errors.push(`${label}: ${error.message}`);
  }
}

/**
 * Parses AGNO_DB_ACCESS: `{"eu": {"scopes": ["db:eu"], "claims": {"tenant": ["acme"]}}, "*": …}`. Undefined if it
 * is not a JSON object. An invalid rule becomes an empty rule, so that its db_id is also checked; the start fails anyway.
 */
export function parseAccessRules(map: string, errors: string[] = []): ReadonlyMap<string, AccessRule> | undefined {
  const rules = parseJson(map);
  if (rules === undefined) {
    errors.push('AGNO_DB_ACCESS must be a JSON object that maps each db_id to {"scopes": […], "claims": {…}}');
    return undefined;
  }
  return new Map(
    Array.from(rules, ([id, value]) => {
      const rule = parseAccessRule(value);
      const label = `AGNO_DB_ACCESS[${JSON.stringify(id)}]`;
      if (rule === undefined)
        errors.push(`${label} must be {"scopes": ["…"], "claims": {"<claim>": ["…"]}} with one of the two or both`);
      return [id, rule ?? { scopes: [], claims: new Map() }];
    }),
  );
}

function parseAccessRule(value: unknown): AccessRule | undefined {
  const members = objectEntries(value);
  if (members === undefined || members.size === 0) return undefined;
  const { scopes = [], claims = {}, ...unknown } = Object.fromEntries(members);
  const acceptedValues = objectEntries(claims);
  if (Object.keys(unknown).length > 0 || !isStringArray(scopes) || acceptedValues === undefined) return undefined;
  const values = new Map<string, readonly string[]>();
  for (const [claim, list] of acceptedValues) {
    if (!isStringArray(list)) return undefined;
    values.set(claim, list);
  }
  return { scopes, claims: values };
}

function isStringArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** The entries of a JSON object; undefined for any other string. Drops the parser's error, which quotes the string. */
function parseJson(json: string): ReadonlyMap<string, unknown> | undefined {
  try {
    return objectEntries(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function objectEntries(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;
}
