import pg from 'pg';
import { STORED_IDS } from './hostile-strings.js';

/** Session name, long because matching wildcards against a long name takes longest. */
const NAME = 'a'.repeat(4_000);

/** Resets the tables of the fuzzed service to a few known sessions, and detects changes by a digest. */
export class FuzzedTables {
  private readonly client: pg.Client;

  private constructor(client: pg.Client) {
    this.client = client;
  }

  static async of(dsn: string): Promise<FuzzedTables> {
    const client = new pg.Client({ connectionString: dsn });
    await client.connect();
    return new FuzzedTables(client);
  }

  /** Empties the tables and stores the known sessions, each with two runs. */
  async reset(): Promise<void> {
    await this.client.query('TRUNCATE ai.agno_sessions, ai.agno_runs');
    await this.client.query(STORE_SESSIONS, [STORED_IDS, NAME]);
    await this.client.query(STORE_RUNS);
  }

  /** Digest of all stored rows. Equal digests mean that no row was changed in between. */
  async digest(): Promise<string> {
    const { rows } = await this.client.query<{ digest: string }>(DIGEST);
    return rows[0]?.digest ?? '';
  }

  end(): Promise<void> {
    return this.client.end();
  }
}

const STORE_SESSIONS = `
  INSERT INTO ai.agno_sessions (session_id, session_type, user_id, agent_id, session_data, metadata, created_at, updated_at)
  SELECT id, (ARRAY['agent', 'team', 'workflow'])[1 + n % 3], 'u' || n % 2, 'a', jsonb_build_object('session_name', $2::text || n),
         '{"k": 1.50}', 1760000000 + n, 1760000000
    FROM unnest($1::text[]) WITH ORDINALITY AS given (id, n)`;

const STORE_RUNS = `
  INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at)
  SELECT 'run-' || i || '-' || session_id, session_id, session_type, i,
         jsonb_build_object('run_id', 'run-' || i || '-' || session_id, 'agent_id', 'a', 'content', 'c', 'status', 'COMPLETED'), 1760000000
    FROM ai.agno_sessions, generate_series(0, 1) AS i`;

const DIGEST = `
  SELECT md5(coalesce((SELECT string_agg(s::text, '|' ORDER BY session_id) FROM ai.agno_sessions AS s), '')) ||
         md5(coalesce((SELECT string_agg(r::text, '|' ORDER BY run_id) FROM ai.agno_runs AS r), '')) AS digest`;
