import { randomBytes } from 'node:crypto';
import type { ScratchDatabase } from './scratch-database.js';

/** A role that owns nothing and may use the schema `ai` and its present tables. */
export interface LimitedRole {
  readonly name: string;
  readonly dsn: string;
}

/** Creates a role for one database. Its rights are dropped with the database, the role with the test server. */
export async function createLimitedRole(database: ScratchDatabase): Promise<LimitedRole> {
  const name = `limited_${randomBytes(6).toString('hex')}`;
  await database.sql(`CREATE ROLE ${name} LOGIN PASSWORD 'limited'; GRANT USAGE ON SCHEMA ai TO ${name};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ai TO ${name}`);
  const dsn = new URL(database.dsn);
  dsn.username = name;
  dsn.password = 'limited';
  return { name, dsn: dsn.href };
}
