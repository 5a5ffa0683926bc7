import { Injectable } from '@nestjs/common';
import {
  digestOf,
  encodeMessageCursor,
  type GetMessages,
  invalidMessageCursor,
  type MessageCursor,
  writeMessagePage,
} from '@session-service/contract';
import { InvalidPosition } from '@session-service/storage';
import type { VersionedBody } from './conditional-reads.js';
import type { SessionContext } from './session-access.js';
import { StoredConversation } from './stored-conversation.js';
import { isWhole, writeResponse } from './write-response.js';

/** Pages of the messages of a session. */
@Injectable()
export class MessagesService {
  async list(context: SessionContext, sessionId: string, query: GetMessages): Promise<VersionedBody> {
    const { format, order, limit, cursor } = query;
    const digest = digestOfList(context, sessionId, query);
    if (cursor !== undefined && cursor.digest !== digest) throw invalidMessageCursor();
    const conversation = new StoredConversation(context, sessionId, query);
    const page = {
      context: conversation,
      format,
      order,
      limit,
      cursor,
      open: conversation.open,
      print: (next: MessageCursor) => encodeMessageCursor(next, digest),
    };
    const subject = `Messages of session '${sessionId}' of database '${context.repository.database.id}'`;
    const write = writeResponse(subject, conversation, (writer) => writeMessagePage(writer, page));
    const body = await write.catch((error: unknown) => {
      throw error instanceof InvalidPosition ? invalidMessageCursor() : error;
    });
    return { body, version: isWhole(body) ? conversation.version() : undefined };
  }
}

/** Equal for requests whose pages belong together. */
function digestOfList({ userId, repository }: SessionContext, sessionId: string, query: GetMessages): string {
  const { table, type, format, order, parts } = query;
  const { roles, tools, members, reasoning } = parts;
  const shown = [roles === undefined ? null : [...roles].sort(), tools, members, reasoning];
  return digestOf([
    repository.database.id,
    table ?? null,
    userId ?? null,
    sessionId,
    type ?? null,
    format,
    order,
    shown,
  ]);
}
