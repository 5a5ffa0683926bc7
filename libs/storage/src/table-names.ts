import type { TableNames } from '@session-service/database';

/** Quoted, schema-qualified names of every table that holds something of a session. */
export interface Tables {
  readonly schema: string;
  readonly sessions: string;
  readonly runs: string;
  /** Conversations of external agents, folded transcripts and offloaded tool results: deleted with their session. */
  readonly transcripts: string;
  readonly compactions: string;
  readonly toolResults: string;
  /** Payloads that tool results point to, at AgentOS's default place. */
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

export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** An SQL expression that is true while the table exists; costs a catalogue look-up, no table access. */
export function tableExists(table: string): string {
  return `to_regclass(${quoteLiteral(table)}) IS NOT NULL`;
}
