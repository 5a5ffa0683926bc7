import type pg from 'pg';
import type { DatabaseServer } from '../../support/postgres.js';
import type { Layout } from './case.js';
import { AGNO_2_VERSION, AGNO_VERSION, runPython } from './python.js';
import { connect } from './rows.js';

/** The databases of a layout: the server's db_id, and the seeded template that it is a copy of (none: it is empty). */
export interface LayoutDatabase {
  readonly dbId: string;
  readonly template: Template | undefined;
}

export type Template = 'v3' | 'v2' | 'mixed';

export const DATABASES: Readonly<Record<Layout, readonly LayoutDatabase[]>> = {
  v3: [{ dbId: 'default', template: 'v3' }],
  v2: [{ dbId: 'default', template: 'v2' }],
  mixed: [{ dbId: 'default', template: 'mixed' }],
  several: [
    { dbId: 'first', template: 'v3' },
    { dbId: 'second', template: 'mixed' },
    { dbId: 'empty', template: undefined },
  ],
};

/** Writes the templates that the layouts need, through agno's own classes. */
export async function seedTemplates(postgres: DatabaseServer, layouts: readonly Layout[]): Promise<void> {
  const needed = new Set(layouts.flatMap((layout) => DATABASES[layout].map((database) => database.template)));
  const seedV2 = async () => {
    await runPython(AGNO_2_VERSION, 'oracle/seed.py', [await postgres.createDatabase('seed_v2'), 'all']);
    if (!needed.has('mixed')) return;
    await runPython(AGNO_VERSION, 'oracle/seed.py', [await postgres.copyDatabase('seed_v2', 'seed_mixed'), 'later']);
  };
  const seedV3 = async () =>
    runPython(AGNO_VERSION, 'oracle/seed.py', [await postgres.createDatabase('seed_v3'), 'all']);
  await Promise.all([
    needed.has('v3') ? seedV3() : undefined,
    needed.has('v2') || needed.has('mixed') ? seedV2() : undefined,
  ]);
}

/** The databases of one side for one layout: DSNs by db_id. */
export async function copiesFor(postgres: DatabaseServer, layout: Layout, side: string): Promise<Map<string, string>> {
  const dsns = new Map<string, string>();
  for (const { dbId, template } of DATABASES[layout]) {
    const name = `${side}_${layout}_${dbId}`;
    const made =
      template === undefined ? postgres.createDatabase(name) : postgres.copyDatabase(`seed_${template}`, name);
    dsns.set(dbId, await made);
  }
  return dsns;
}

/** The environment that makes our service serve these databases as Python would. */
export function serviceEnv(dsns: ReadonlyMap<string, string>): Record<string, string> {
  const map = { AGNO_SESSION_DSN_MAP: JSON.stringify(Object.fromEntries(dsns)) };
  return dsns.size > 1 ? { ...map, AGNO_REQUIRE_DB_ID: 'true' } : map;
}

/** Opens a connection to each database, and reads which sessions are there from the start. */
export async function openDatabases(
  layout: Layout,
  dsns: ReadonlyMap<string, string>,
): Promise<{ databases: Map<string, pg.Client>; seeded: Map<string, readonly string[]> }> {
  const databases = new Map<string, pg.Client>();
  const seeded = new Map<string, readonly string[]>();
  for (const { dbId, template } of DATABASES[layout]) {
    const client = connect(dsns.get(dbId) ?? '');
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
