import { hash } from 'node:crypto';

/** The last session of a page, by the values that the list is sorted by. */
export interface ListPosition {
  /** The text of the sort column as PostgreSQL prints it, so that no number is rounded; null for NULL. */
  readonly value: string | null;
  readonly id: string;
}

/** The order of a list that has cursors. */
export interface CursorOrder {
  readonly sortBy: (typeof CURSOR_COLUMNS)[number];
  readonly sortOrder: 'asc' | 'desc';
}

/** A cursor of a request. It continues the list that has the same digest. */
export interface ListCursor {
  readonly digest: string;
  readonly position: ListPosition;
}

export const CURSOR_COLUMNS = ['created_at', 'updated_at'] as const;

const VERSION = 1;

/** Longer than any cursor of this service, since PostgreSQL limits ids in an index to less than 2,712 bytes. */
const MAX_CURSOR_LENGTH = 65_536;

/**
 * Opaque for clients. It is not signed, because every page is read with the conditions of its own request: a forged position
 * reveals nothing that the list without a cursor does not show.
 */
export function encodeCursor({ sortBy, sortOrder }: CursorOrder, { digest, position }: ListCursor): string {
  return encodeParts([VERSION, sortBy, sortOrder, digest, position.value, position.id]);
}

/** Undefined if the text is not a cursor, or one of a list in another order. */
export function decodeCursor(text: string, { sortBy, sortOrder }: CursorOrder): ListCursor | undefined {
  const parts = decodeParts(text);
  const [version, column, direction, digest, value, id] = parts;
  if (parts.length !== 6 || version !== VERSION || column !== sortBy || direction !== sortOrder) return undefined;
  if (typeof digest !== 'string' || !isStorable(id) || !(value === null || isStorable(value))) return undefined;
  return { digest, position: { value, id } };
}

/** The text of a cursor. */
export function encodeParts(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts of a cursor; none if the text is not one. */
export function decodeParts(text: string): unknown[] {
  const bytes = Buffer.from(text.slice(0, MAX_CURSOR_LENGTH + 1), 'base64url');
  if (text.length > MAX_CURSOR_LENGTH || bytes.toString('base64url') !== text) return [];
  return parseArray(bytes.toString());
}

function parseArray(json: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(json);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** PostgreSQL stores neither NUL nor lone surrogates, so that no position contains them. */
export function isStorable(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0') && value.isWellFormed();
}

/** Equal for lists of the same sessions: those of one owner in one database that match the same filters. */
export function digestOf(parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 16);
}
