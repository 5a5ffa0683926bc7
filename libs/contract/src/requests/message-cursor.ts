import type { Place } from '../conversation/conversation-entry.js';
import { decodeParts, encodeParts } from './list-cursor.js';
import { positionOf, positionParts, RUN_ORDERS, type RunPosition } from './run-cursor.js';

/** A group of messages: the position of its run, and its place in the run. */
export interface MessageAnchor {
  readonly position: RunPosition;
  readonly place: Place;
}

/** Where a page begins: after a group of messages in the order of the list, or where it ends: before one. */
export interface MessageCursor {
  readonly side: 'after' | 'before';
  readonly anchor: MessageAnchor;
}

/** A cursor of a request. It belongs to the list that has the same digest. */
export interface ReceivedMessageCursor extends MessageCursor {
  readonly digest: string;
}

const VERSION = 'messages-1';

/** Opaque for clients and not signed, like the cursors of lists of sessions. */
export function encodeMessageCursor({ side, anchor: { position, place } }: MessageCursor, digest: string): string {
  return encodeParts([VERSION, position.order, digest, side, ...place, ...positionParts(position)]);
}

/** Undefined if the text is not a cursor of messages. */
export function decodeMessageCursor(text: string): ReceivedMessageCursor | undefined {
  const [version, direction, digest, side, section, index, ...parts] = decodeParts(text);
  const order = RUN_ORDERS.find((known) => known === direction);
  if (version !== VERSION || (side !== 'after' && side !== 'before') || typeof digest !== 'string') return undefined;
  const position = order && positionOf(order, parts);
  if (!isIndex(section) || !isIndex(index) || position === undefined) return undefined;
  return { side, digest, anchor: { position, place: [section, index] } };
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** True if both are positions of the same run, which may have moved since a cursor was given. */
export function isSameRun(left: RunPosition, right: RunPosition): boolean {
  return identityOf(left) === identityOf(right);
}

function identityOf(position: RunPosition): string | undefined {
  return 'key' in position ? position.key[2] : position.entries[0]?.[1];
}
