import { hash } from 'node:crypto';
import type { TableNames } from '@session-service/database';

/** Quoted, schema-qualified names of all tables that this service uses. */
export interface Tables {
  readonly schema: string;
  readonly sessions: string;
  readonly runs: string;
  /** Conversations of external agents. Deleted with their session, like compactions and tool results. */
  readonly transcripts: string;
  readonly compactions: string;
  readonly toolResults: string;
  /** Payloads that tool results refer to, in AgentOS's default table. */
  readonly payloads: string;
  readonly versions: string;
  readonly serviceAccounts: string;
}

export const TRANSCRIPTS = 'agno_transcripts';
export const COMPACTIONS = 'agno_compactions';

/** Tables whose rows are deleted with their session, besides the runs table. */
export type CascadeTable = 'transcripts' | 'compactions' | 'toolResults' | 'payloads';

export function qualifiedTables({ schema, sessionTable, runTable }: TableNames): Tables {
  const inSchema = (table: string) => `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
  return {
    schema: quoteIdentifier(schema),
    sessions: inSchema(sessionTable),
    runs: inSchema(runTable),
    transcripts: inSchema(TRANSCRIPTS),
    compactions: inSchema(COMPACTIONS),
    toolResults: inSchema('agno_tool_results'),
    payloads: '"fs"."agno_fs"',
    versions: inSchema('agno_schema_versions'),
    serviceAccounts: inSchema('agno_service_accounts'),
  };
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteLiteral(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** PostgreSQL truncates longer names, without an error. */
const MAX_NAME_BYTES = 63;

/** The name; if PostgreSQL would truncate it, its beginning and a digest, so that no two indexes get the same name. */
export function distinctName(name: string): string {
  const bytes = Buffer.from(name);
  if (bytes.length <= MAX_NAME_BYTES) return name;
  const digest = hash('sha256', name).slice(0, 12);
  const beginning = bytes.subarray(0, MAX_NAME_BYTES - digest.length - 1).toString();
  // Removes the replacement character of a character that was cut in two.
  return `${beginning.replace(/\uFFFD$/, '')}_${digest}`;
}

/**
 * An SQL expression that is true if the table exists. Costs a catalogue lookup and does not touch the table. Fails if the
 * role may not use the schema, so it is for statements that read a table of the same schema.
 */
export function tableExists(table: string): string {
  return `to_regclass(${quoteLiteral(table)}) IS NOT NULL`;
}

/** As `tableExists`, without failing on a schema that the role may not use. */
export function existsInCatalogue(table: string): string {
  return `EXISTS (SELECT ${fromCatalogue(table)})`;
}

/**
 * FROM clause of the table's row `c` in pg_class, if the table exists. Unlike to_regclass, it cannot fail on a schema
 * that the role may not use.
 *
 * @param table a name of `Tables`
 */
export function fromCatalogue(table: string): string {
  const [, schema = '', name = ''] = /^"((?:[^"]|"")*)"\."((?:[^"]|"")*)"$/.exec(table) ?? [];
  const literal = (identifier: string) => `${quoteLiteral(identifier.replaceAll('""', '"'))}::name`;
  return `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ${literal(schema)} AND c.relname = ${literal(name)}`;
}
