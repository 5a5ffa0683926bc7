import { DsnError, parseDsn } from '@agno/database';
import { asRaw, entriesOf, kindOf, type RawJson, unquote } from '@agno/json';

/** An entry of a map of DSNs; `place` names it in a fault. */
interface DsnEntry {
  readonly id: string;
  readonly value: RawJson;
  readonly label: string;
}

/** The entries of a JSON object that a variable holds, in the order written. Pushes one sentence per fault, without DSNs. */
export function dsnEntries(variable: string, text: string, example: string, faults: string[]): DsnEntry[] {
  if (!isJsonObject(text)) {
    faults.push(`${variable} must be a JSON object of db_id and ${example}`);
    return [];
  }
  // Repeated keys, too, which a parsed object has forgotten.
  const entries = [...entriesOf(asRaw(text.trim()))];
  const keys = entries.map(([key]) => key);
  const repeated = new Set(keys.filter((key, at) => keys.indexOf(key) !== at));
  for (const id of repeated) faults.push(`${variable} names the db_id ${JSON.stringify(id)} more than once`);
  if (keys.length === 0) faults.push(`${variable} must name at least one database`);
  if (keys.includes('')) faults.push(`${variable} must not have an empty db_id`);
  return entries.map(([id, value]) => ({ id, value, label: `${variable}[${JSON.stringify(id)}]` }));
}

/** The DSN that a JSON string holds, empty for anything else. Pushes a sentence where it is none. */
export function parseDsnValue(value: RawJson, place: string, faults: string[]): string {
  if (kindOf(value) !== 'string') {
    faults.push(`${place} must be a DSN in quotes`);
    return '';
  }
  const dsn = unquote(value);
  checkDsn(dsn, place, faults);
  return dsn;
}

/** Pushes a sentence where a DSN cannot be used. */
export function checkDsn(dsn: string, place: string, faults: string[]): void {
  try {
    parseDsn(dsn);
  } catch (error) {
    if (!(error instanceof DsnError)) throw error;
    faults.push(`${place}: ${error.message}`);
  }
}

function isJsonObject(text: string): boolean {
  try {
    JSON.parse(text);
    return kindOf(asRaw(text)) === 'object';
  } catch {
    // The parser's message quotes the text, which holds passwords.
    return false;
  }
}
