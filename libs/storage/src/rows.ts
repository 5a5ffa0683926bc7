import { LayoutOutdated } from './layout-keeper.js';

/** A row that tells whether a runs table came into being since the layout was read. */
export interface Upgradable {
  readonly upgraded?: 't' | 'f';
}

/** A text with NUL cannot stand in any PostgreSQL row, so nothing matches it. */
export function isImpossible(text: unknown): boolean {
  return typeof text === 'string' && text.includes('\0');
}

/** The first row; whatever was read is outdated when the row says that the database was upgraded meanwhile. */
export function first<Row extends Upgradable>(rows: Row[]): Row | undefined {
  if (rows[0]?.upgraded === 't') throw new LayoutOutdated();
  return rows[0];
}
