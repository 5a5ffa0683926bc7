import { type JsonWriter, NULL, quote, type Steps } from '@session-service/json';
import type { MessageFormat } from '../requests/get-messages.request.js';
import type { MessageCursor } from '../requests/message-cursor.js';
import { AG_UI_FORMAT } from './ag-ui-format.js';
import { AGNO_FORMAT } from './agno-format.js';
import { AI_SDK_FORMAT } from './ai-sdk-format.js';
import type { ConversationFormat } from './conversation-format.js';
import { type GroupAt, GroupWalk, type WalkAnchor, type WalkedRuns } from './group-walk.js';

const FORMATS: Record<MessageFormat, ConversationFormat> = {
  agno: AGNO_FORMAT,
  'ai-sdk': AI_SDK_FORMAT,
  'ag-ui': AG_UI_FORMAT,
};

/** A page of messages to be written. */
export interface MessagePage extends WalkedRuns {
  readonly format: MessageFormat;
  /** Undefined: the first page. */
  readonly cursor: MessageCursor | undefined;
  readonly print: (cursor: MessageCursor) => string;
}

/**
 * Writes a page of messages with the cursors of the pages after and before it. A group of messages that does not fit into
 * the rest of the page begins the next one; a group that is longer than a page is a page of its own.
 */
export function* writeMessagePage(writer: JsonWriter, page: MessagePage): Steps<void> {
  const { limit, order } = page;
  const format = FORMATS[page.format];
  const { from, maxGroups, hasBefore } = yield* startOf(page);
  writer.openObject().key('data').openArray();
  const walk = new GroupWalk(page, format, order, from);
  let first: GroupAt | undefined;
  let last: GroupAt | undefined;
  let groups = 0;
  let size = 0;
  let next = maxGroups === 0 ? undefined : yield* walk.next();
  while (next !== undefined && groups < maxGroups && (groups === 0 || size + next.group.size <= limit)) {
    const { group } = next;
    for (let index = 0; index < group.size; index++) {
      yield* format.write(writer, group, order === 'asc' ? index : group.size - 1 - index);
    }
    groups++;
    size += group.size;
    first ??= next;
    last = next;
    yield;
    next = yield* walk.next();
  }
  writer
    .closeArray()
    .key('meta')
    .openObject()
    .member('next_cursor', cursorOf(page, 'after', next === undefined ? undefined : last))
    .member('prev_cursor', cursorOf(page, 'before', hasBefore ? first : undefined))
    .closeObject()
    .closeObject();
}

function cursorOf({ print }: MessagePage, side: MessageCursor['side'], at: GroupAt | undefined) {
  return at === undefined ? NULL : quote(print({ side, anchor: { position: at.position, place: at.group.place } }));
}

interface PageStart {
  readonly from: WalkAnchor | undefined;
  /** The number of groups before the page that comes next, if that is known. */
  readonly maxGroups: number;
  readonly hasBefore: boolean;
}

/** Begins a page before a cursor at its first group, which is found by walking back. */
function* startOf({ cursor, ...page }: MessagePage): Steps<PageStart> {
  if (cursor === undefined) return { from: undefined, maxGroups: Number.POSITIVE_INFINITY, hasBefore: false };
  const { side, anchor } = cursor;
  if (side === 'after') {
    return { from: { anchor, isInclusive: false }, maxGroups: Number.POSITIVE_INFINITY, hasBefore: true };
  }
  const walk = new GroupWalk(page, FORMATS[page.format], page.order === 'asc' ? 'desc' : 'asc', {
    anchor,
    isInclusive: false,
  });
  let first: GroupAt | undefined;
  let groups = 0;
  let size = 0;
  let next = yield* walk.next();
  while (next !== undefined && (groups === 0 || size + next.group.size <= page.limit)) {
    groups++;
    size += next.group.size;
    first = next;
    next = yield* walk.next();
  }
  walk.close();
  const from = first && { anchor: { position: first.position, place: first.group.place }, isInclusive: true };
  return { from, maxGroups: groups, hasBefore: next !== undefined };
}
