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

export function qualifiedTables({ schema, sessionTable, runTable }: TableNames): Tables {
  const inSchema = (table: string) => `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
  return {
    schema: quoteIdentifier(schema),
    sessions: inSchema(sessionTable),
    runs: inSchema(runTable),
    transcripts: inSchema('agno_transcripts'),
    compactions: inSchema('agno_compactions'),
    toolResults: inSchema('agno_tool_results'),
    payloads: '"fs".agno_fs',
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

/** An SQL expression that is true if the table exists. Costs a catalogue lookup and does not touch the table. */
export function tableExists(table: string): string {
  return `to_regclass(${quoteLiteral(table)}) IS NOT NULL`;
}
