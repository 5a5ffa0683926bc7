import { MemberNames, objectsIn, type RawJson, type Steps } from '@session-service/json';
import { coerceOptional, laxString } from '../coercion.js';
import { derivedId, type ItemPath } from '../messages/derived-id.js';
import type { Run } from '../stored-session.js';
import { type Members, stringMember, type ToolCall } from './tool-calls.js';

/**
 * Place of a message in its run: the section, then the index in it. Section 0 holds the run's own messages, each further
 * one those of a run that is stored inside of it, and `ANSWER_SECTION` the answer of a run without messages. Messages are
 * only appended to a section, so that a place stays valid while a run is running.
 */
export type Place = readonly [section: number, index: number];

/** The answer of a workflow run comes after the messages of its steps. */
export const ANSWER_SECTION = 2 ** 31;

export function comparePlaces(left: Place, right: Place): number {
  return left[0] - right[0] || left[1] - right[1];
}

/** Members that responses add to the messages of a run. */
export type RunMembers = readonly (readonly [name: string, value: RawJson | undefined])[];

/** Values that all messages of a section share. */
export interface SectionContext {
  /** Unix seconds, for a message without `created_at`. */
  readonly createdAt: RawJson;
  /** Set in messages of members: identifies their run. */
  readonly memberRunId: RawJson | undefined;
  /** For the path of media in AgentOS. */
  readonly sessionId: string;
}

/** A message of a conversation: a stored one, or one that is derived from the input or the content of its run. */
export interface ConversationEntry extends SectionContext {
  readonly path: ItemPath;
  readonly message: Members;
  /** The calls of the message with their results; empty unless the response shows tools. */
  readonly calls: readonly ToolCall[];
  /** The reasoning to show, a JSON string. Undefined unless the response shows reasoning. */
  readonly reasoning: RawJson | undefined;
  /** `run_id`, `run_status` and the like. */
  readonly runMembers: RunMembers;
  /** True if the run waits for its client. */
  readonly isPaused: boolean;
  /** In the last message of a paused or failed run: the requirements, or the error. Else empty. */
  readonly outcome: RunMembers;
}

/** The id of a message, which is the same on each read. */
export function entryId({ message, path }: Pick<ConversationEntry, 'message' | 'path'>): RawJson {
  return coerceOptional(message.get('id'), laxString) ?? derivedId(path);
}

/** The parts of a conversation that a response shows besides the messages of the chat. */
export interface ConversationParts {
  /** Roles to show, as JSON strings; undefined: those of the chat. */
  readonly roles: ReadonlySet<string> | undefined;
  readonly tools: boolean;
  readonly members: boolean;
  readonly reasoning: boolean;
}

/** Finds messages that are stored again in a later run: those with the id and the content of an earlier one. */
export class SeenMessages {
  private readonly contents = new Map<RawJson, RawJson | undefined>();

  /** True if the message was added before. Adds it. */
  addRepeated(message: Members): boolean {
    const id = stringMember(message, 'id');
    if (id === undefined) return false;
    const content = message.get('content');
    if (this.contents.has(id) && this.contents.get(id) === content) return true;
    this.contents.set(id, content);
    return false;
  }

  /** Adds all messages of a run, also those that are copies themselves. */
  *addRun(run: Run): Steps<void> {
    for (const message of objectsIn(run.get('messages'), SEEN_MEMBERS)) {
      if (message !== undefined) this.addRepeated(message);
      yield;
    }
  }
}

const SEEN_MEMBERS = new MemberNames(['id', 'content']);
