import type { JsonWriter, RawJson, Steps } from '@session-service/json';
import type { ConversationEntry, Place } from './conversation-entry.js';
import type { SectionMessages } from './section-messages.js';

/**
 * Messages of a format that stay on one page: those of one stored message and the results of its tool calls, or the whole
 * answer of a turn. Its place is that of its first stored message, so that it keeps its place while it grows.
 */
export interface MessageGroup {
  readonly place: Place;
  readonly messages: SectionMessages;
  /** The stored messages of the group, from `start` to before `end`. */
  readonly start: number;
  readonly end: number;
  /** The first message. */
  readonly entry: ConversationEntry;
  /** The number of messages of the format. */
  readonly size: number;
}

/** A format of a conversation. */
export interface ConversationFormat {
  /** False for roles that the format cannot express. */
  readonly knowsRole: (role: RawJson | undefined) => boolean;
  /** True if the message belongs to the group of the one before it. */
  readonly joins: (messages: SectionMessages, number: number) => boolean;
  /** False if the format omits messages that would be empty. */
  readonly showsEmpty: boolean;
  /** The number of messages that a group becomes. */
  readonly sizeOf: (first: ConversationEntry) => number;
  /** Writes one message of a group. */
  readonly write: (writer: JsonWriter, group: MessageGroup, index: number) => Steps<void>;
}
