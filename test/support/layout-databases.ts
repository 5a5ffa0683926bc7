import pg from 'pg';
import { onTestFinished } from 'vitest';
import { UPGRADE_TO_V3, V2_JSON_TABLES, V2_TABLES } from './agno-tables.js';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.js';

/** The tables of each layout: of agno 3.x, 2.3 to 2.9, 2.x after an upgrade to 3.x, and 2.0 to 2.2. */
export const LAYOUT_TABLES = {
  v3: `${V2_TABLES} ALTER TABLE ai.agno_sessions DROP COLUMN runs; ${UPGRADE_TO_V3}`,
  v2: V2_TABLES,
  mixed: V2_TABLES + UPGRADE_TO_V3,
  json: V2_JSON_TABLES,
} as const;

export type LayoutName = keyof typeof LAYOUT_TABLES;

export const LAYOUT_NAMES = Object.keys(LAYOUT_TABLES) as LayoutName[];

/** One database of each layout, with the `db_id` of its name. */
export interface LayoutDatabases extends Readonly<Record<LayoutName, ScratchDatabase>> {
  /** Value of AGNO_SESSION_DSN_MAP. */
  readonly dsnMap: string;
}

export async function createLayoutDatabases(): Promise<LayoutDatabases> {
  const created = await Promise.all(
    LAYOUT_NAMES.map(async (name) => {
      const database = await createScratchDatabase();
      await database.sql(LAYOUT_TABLES[name]);
      return [name, database] as const;
    }),
  );
  const dsnMap = JSON.stringify(Object.fromEntries(created.map(([name, { dsn }]) => [name, dsn])));
  return { ...(Object.fromEntries(created) as Record<LayoutName, ScratchDatabase>), dsnMap };
}

/** A pool of connections to the database of each layout. They end when the test finishes. */
export function openPools(dsnOf: (layout: LayoutName) => string): Record<LayoutName, pg.Pool> {
  const pools = LAYOUT_NAMES.map(
    (layout) => [layout, new pg.Pool({ connectionString: dsnOf(layout), max: 3 })] as const,
  );
  onTestFinished(async () => void (await Promise.all(pools.map(([, pool]) => pool.end()))));
  return Object.fromEntries(pools) as Record<LayoutName, pg.Pool>;
}
