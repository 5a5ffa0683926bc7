import type { Rows } from '@agno/database';
import { LayoutOutdated } from './layout-keeper.js';

/** A row that tells whether a runs table came into being since the layout was read. */
export interface LayoutCheckedRow {
  readonly upgraded?: 't' | 'f';
}

/** A text with NUL cannot stand in any PostgreSQL row, so nothing matches it. */
export function containsNul(text: unknown): boolean {
  return typeof text === 'string' && text.includes('\0');
}

/** The rows; whatever was read is outdated when the first says that the database was upgraded meanwhile. */
export function assertLayoutCurrent<Row extends LayoutCheckedRow>(rows: Rows<Row>): Rows<Row> {
  if (rows.peek()?.upgraded !== 't') return rows;
  rows.close();
  throw new LayoutOutdated();
}
