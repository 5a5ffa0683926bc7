import { accountHash } from './signed-tokens.js';

/** A service account for a test. Its token is `agno_pat_` followed by its name. */
export interface AccountRow {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Time at which the token expires, in seconds since 1970. */
  readonly expiresAt?: number;
  readonly revokedAt?: number;
}

type Sql = (text: string, values?: unknown[]) => Promise<unknown>;

/** Stores accounts in AgentOS's table of service accounts, and creates the table if it does not exist. */
export async function storeAccounts(sql: Sql, accounts: readonly AccountRow[]): Promise<void> {
  await sql(TABLE);
  for (const { name, scopes, expiresAt, revokedAt } of accounts) {
    await sql(
      `INSERT INTO ai.agno_service_accounts (id, name, token_hash, token_prefix, scopes, created_at, expires_at, revoked_at)
       VALUES ($1, $1, $2, 'agno_pat_', $3, 1760000000, $4, $5)`,
      [name, accountHash(`agno_pat_${name}`), JSON.stringify(scopes), expiresAt ?? null, revokedAt ?? null],
    );
  }
}

const TABLE = `CREATE TABLE IF NOT EXISTS ai.agno_service_accounts (id varchar PRIMARY KEY, name varchar NOT NULL,
  user_id varchar, token_hash varchar NOT NULL UNIQUE, token_prefix varchar NOT NULL, scopes jsonb NOT NULL,
  created_at bigint NOT NULL, expires_at bigint, last_used_at bigint, revoked_at bigint, created_by varchar)`;
