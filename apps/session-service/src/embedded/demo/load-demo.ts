import { Database, Deadline, UNLOGGED, UNOBSERVED } from '@session-service/database';
import { SessionImport } from '@session-service/storage';
import type { ServiceConfig } from '../../config/config.module.js';
import { ConfigError } from '../../config/validate-environment.js';
import { demoSessions } from './demo-sessions.js';

/**
 * Stores the sample sessions in the default database. Sessions from an earlier start stay unchanged. Resolves with their
 * number.
 */
export async function loadDemo({ targets, defaultId, pool, tables }: ServiceConfig['database']): Promise<number> {
  const sessions = demoSessions(Math.floor(Date.now() / 1000));
  const target = targets.find(({ id }) => id === defaultId);
  if (target === undefined) throw new ConfigError(['The demo needs a database']);
  const database = new Database(target, pool, UNOBSERVED, UNLOGGED);
  try {
    await new SessionImport(database, tables).store(sessions, new Deadline());
    return sessions.length;
  } finally {
    await database.close();
  }
}
