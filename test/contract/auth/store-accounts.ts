import { exists } from '../harness/rows.js';
import type { RunningSide } from '../harness/sides.js';
import { ACCOUNT_ROWS } from './modes.js';
import { accountHash } from './tokens.js';

/** Puts the service accounts where AgentOS keeps them; a database without that table gets it as AgentOS would make it. */
export async function storeAccounts(side: RunningSide): Promise<void> {
  const client = side.databases.get('default');
  if (client === undefined) return;
  if (!(await exists(client, 'ai.agno_service_accounts'))) await client.query(TABLE);
  for (const [name, scopes, expiresAt, revokedAt] of ACCOUNT_ROWS) {
    await client.query(
      `INSERT INTO ai.agno_service_accounts (id, name, token_hash, token_prefix, scopes, created_at, expires_at, revoked_at)
       VALUES ($1, $1, $2, 'agno_pat_', $3, 1760000000, $4, $5)`,
      [name, accountHash(`agno_pat_${name}`), JSON.stringify(scopes), expiresAt, revokedAt],
    );
  }
}

const TABLE = `CREATE TABLE ai.agno_service_accounts (id varchar PRIMARY KEY, name varchar NOT NULL, user_id varchar,
  token_hash varchar NOT NULL UNIQUE, token_prefix varchar NOT NULL, scopes jsonb NOT NULL, created_at bigint NOT NULL,
  expires_at bigint, last_used_at bigint, revoked_at bigint, created_by varchar)`;
