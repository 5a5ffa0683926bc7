import type pg from 'pg';
import type { Layout } from './contract-case.js';
import { createTextClient } from './read-database.js';
import type { Template, Templates } from './templates.js';

/** A database of a layout: its db_id, and the seeded template of which it is a copy (undefined: empty). */
interface LayoutDatabase {
  readonly dbId: string;
  readonly template: Template | undefined;
}

export const DATABASES: Readonly<Record<Layout, readonly LayoutDatabase[]>> = {
  v3: [{ dbId: 'default', template: 'v3' }],
  v2: [{ dbId: 'default', template: 'v2' }],
  v20: [{ dbId: 'default', template: 'v20' }],
  v22: [{ dbId: 'default', template: 'v22' }],
  mixed: [{ dbId: 'default', template: 'mixed' }],
  several: [
    { dbId: 'first', template: 'v3' },
    { dbId: 'second', template: 'mixed' },
    { dbId: 'empty', template: undefined },
  ],
};

/** Creates the databases of a layout for one side. Resolves with DSNs by db_id. */
export async function copiesFor(templates: Templates, layout: Layout, side: string): Promise<Map<string, string>> {
  const copies = DATABASES[layout].map(async ({ dbId, template }): Promise<[string, string]> => {
    return [dbId, await templates.copy(template, `${side}_${layout}_${dbId}`)];
  });
  return new Map(await Promise.all(copies));
}

/** Environment with which our service serves the same databases as the oracle. */
export function serviceEnv(dsns: ReadonlyMap<string, string>): Record<string, string> {
  const map = { AGNO_SESSION_DSN_MAP: JSON.stringify(Object.fromEntries(dsns)) };
  return dsns.size > 1 ? { ...map, AGNO_REQUIRE_DB_ID: 'true' } : map;
}

/** Opens a connection to each database, and reads the ids of its seeded sessions. */
export async function openDatabases(
  layout: Layout,
  dsns: ReadonlyMap<string, string>,
): Promise<{ databases: Map<string, pg.Client>; seeded: Map<string, readonly string[]> }> {
  const databases = new Map<string, pg.Client>();
  const seeded = new Map<string, readonly string[]>();
  for (const { dbId, template } of DATABASES[layout]) {
    const client = createTextClient(dsns.get(dbId) ?? '');
    await client.connect();
    databases.set(dbId, client);
    if (template === undefined) continue;
    const found = await client.query<{ session_id: string }>('SELECT session_id FROM ai.agno_sessions');
    seeded.set(
      dbId,
      found.rows.map((row) => row.session_id),
    );
  }
  return { databases, seeded };
}
