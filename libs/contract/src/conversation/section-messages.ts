import {
  EMPTY_STRING,
  isEmptyContainer,
  isPresent,
  itemsOf,
  kindOf,
  membersOf,
  type RawJson,
  type Steps,
  TRUE,
} from '@session-service/json';
import { coerceOptional, laxBoolean } from '../coercion.js';
import { MEDIA_LISTS, MESSAGE_MEMBERS } from '../messages/chat-message.js';
import type { ItemPath } from '../messages/derived-id.js';
import type { Run } from '../stored-session.js';
import type {
  ConversationEntry,
  ConversationParts,
  Place,
  RunMembers,
  SectionContext,
  SeenMessages,
} from './conversation-entry.js';
import { answerOf, questionOf } from './derived-messages.js';
import { outcomeOf, runMembersOf, runStatusOf } from './run-members.js';
import {
  callIdsOf,
  type Members,
  NO_EXECUTIONS,
  type StoredItem,
  stringMember,
  type ToolExecutions,
  toolCallsOf,
  toolExecutionsOf,
} from './tool-calls.js';

/** The role of a message, and what it contains. A run may have a million messages, so these are bits of a number. */
export const IS_ANSWER = 1;
export const IS_RESULT = 2;
const HAS_CONTENT = 4;
const HAS_CALLS = 8;
const HAS_REASONING = 16;

/** Options for reading the messages of a section. */
export interface SectionOptions {
  readonly parts: ConversationParts;
  /** Messages that earlier runs contain as well. */
  readonly seen: SeenMessages;
  /** The number of messages at the beginning that are copies of another run's. */
  readonly copies: number;
  /** True if the last message of the section is that of the run. */
  readonly hasEnd: boolean;
  /** False for roles that the format does not know. */
  readonly knowsRole: (role: RawJson | undefined) => boolean;
}

/** The messages of one section. They are kept as stored, and parsed again when they are written. */
export class SectionMessages {
  private readonly indexes: number[] = [];
  private readonly stored: (RawJson | Members)[] = [];
  private readonly bits: number[] = [];
  /** The results of calls by the number of their message. */
  private readonly results = new Map<number, Map<RawJson, StoredItem>>();
  private readonly runMembers: RunMembers;
  private readonly outcome: RunMembers;
  private readonly isPaused: boolean;
  private executions: ToolExecutions = NO_EXECUTIONS;
  private firstAnswer = -1;
  private runReasoning: RawJson | undefined;

  constructor(
    private readonly section: number,
    private readonly run: Run,
    private readonly path: ItemPath,
    private readonly context: SectionContext,
    private readonly options: SectionOptions,
  ) {
    this.runMembers = runMembersOf(run);
    this.outcome = options.hasEnd ? outcomeOf(run) : [];
    this.isPaused = options.hasEnd && runStatusOf(run) === 'PAUSED';
  }

  get length(): number {
    return this.bits.length;
  }

  place(number: number): Place {
    return [this.section, this.indexes[number] ?? 0];
  }

  is(number: number, role: typeof IS_ANSWER | typeof IS_RESULT): boolean {
    return ((this.bits[number] ?? 0) & role) !== 0;
  }

  /** False for a message that would be shown empty, such as one of tool calls only when the response shows no tools. */
  showsSomething(number: number): boolean {
    const { tools, reasoning } = this.options.parts;
    const isLast = number === this.length - 1;
    const shown =
      HAS_CONTENT | IS_RESULT | (tools || (isLast && this.isPaused) ? HAS_CALLS : 0) | (reasoning ? HAS_REASONING : 0);
    if (((this.bits[number] ?? 0) & shown) !== 0) return true;
    return (isLast && this.outcome.length > 0) || (number === this.firstAnswer && this.runReasoning !== undefined);
  }

  /** The message as responses show it. */
  *entry(number: number): Steps<ConversationEntry> {
    const { context, options, runMembers, isPaused } = this;
    const stored = this.stored[number] ?? NO_MESSAGE;
    const message = typeof stored === 'string' ? membersOf(stored, MESSAGE_MEMBERS) : stored;
    const path = this.path.child(typeof stored === 'string' ? (this.indexes[number] ?? 0) : derivedStep(message));
    const isLast = number === this.length - 1;
    const showsCalls = options.parts.tools || (isLast && isPaused);
    const results = this.results.get(number) ?? NO_RESULTS;
    return {
      ...context,
      path,
      message,
      calls: showsCalls ? yield* toolCallsOf(message, path, this.path, results, this.executions) : [],
      reasoning: options.parts.reasoning ? this.reasoningOf(number, message) : undefined,
      runMembers,
      isPaused,
      outcome: isLast ? this.outcome : [],
    };
  }

  /** Reads the messages that the run stores. Returns false if it stores none. */
  *readStored(): Steps<boolean> {
    const { seen, copies } = this.options;
    const openCalls = this.joinsResults ? new Map<RawJson, number>() : undefined;
    let index = -1;
    for (const item of itemsOf(this.run.get('messages'))) {
      index++;
      yield;
      if (kindOf(item) !== 'object') continue;
      const message = membersOf(item, MESSAGE_MEMBERS);
      if (index < copies || isFromHistory(message) || seen.addRepeated(message)) continue;
      const isResult = message.get('role') === '"tool"';
      const callId = isResult ? stringMember(message, 'tool_call_id') : undefined;
      const caller = callId === undefined ? undefined : openCalls?.get(callId);
      if (callId !== undefined && caller !== undefined) {
        openCalls?.delete(callId);
        const results = this.results.get(caller) ?? new Map<RawJson, StoredItem>();
        this.results.set(caller, results.set(callId, { stored: item, index }));
      } else if (this.add(index, item, message) && openCalls !== undefined && isAnswer(message)) {
        for (const id of yield* callIdsOf(message)) openCalls.set(id, this.length - 1);
      }
    }
    yield* this.readRun();
    return index !== -1;
  }

  /** Adds the messages that a run without any has. */
  *readDerived(hasQuestion: boolean, hasAnswer: boolean): Steps<void> {
    const question = hasQuestion ? yield* questionOf(this.run) : undefined;
    const answer = hasAnswer ? answerOf(this.run) : undefined;
    for (const [index, message] of [question, answer].entries()) {
      if (message !== undefined) this.add(index, message, message);
    }
    yield* this.readRun();
  }

  private get joinsResults(): boolean {
    return this.options.parts.tools || this.isPaused;
  }

  private *readRun(): Steps<void> {
    const { run } = this;
    if (this.joinsResults) this.executions = yield* toolExecutionsOf(run);
    this.firstAnswer = this.bits.findIndex((bits) => (bits & IS_ANSWER) !== 0);
    const isOwn = this.bits.some((bits) => (bits & HAS_REASONING) !== 0);
    if (this.options.parts.reasoning && !isOwn) this.runReasoning = reasoningIn(run);
  }

  /** Returns false if the response does not show the message. */
  private add(index: number, stored: RawJson | Members, message: Members): boolean {
    const { parts, knowsRole } = this.options;
    if (!isShown(message, parts) || !knowsRole(message.get('role'))) return false;
    this.indexes.push(index);
    this.stored.push(stored);
    this.bits.push(bitsOf(message));
    return true;
  }

  private reasoningOf(number: number, message: Members): RawJson | undefined {
    return reasoningIn(message) ?? (number === this.firstAnswer ? this.runReasoning : undefined);
  }
}

const NO_MESSAGE: Members = new Map();
const NO_RESULTS: ReadonlyMap<RawJson, StoredItem> = new Map();

/** Derived messages have the path of the member that they are derived from. */
function derivedStep(message: Members): string {
  return message.get('role') === '"user"' ? 'input' : 'content';
}

function isFromHistory(message: Members): boolean {
  return coerceOptional(message.get('from_history'), laxBoolean) === TRUE;
}

/** The chat shows all messages but those of the system and of tools. */
function isShown(message: Members, { roles, tools }: ConversationParts): boolean {
  const role = message.get('role');
  if (roles !== undefined) return role !== undefined && roles.has(role);
  return role !== '"system"' && (role !== '"tool"' || tools);
}

/** True for messages of the agent: those of role `assistant`, which Gemini calls `model`. */
function isAnswer(message: Members): boolean {
  const role = message.get('role');
  return role === '"assistant"' || role === '"model"';
}

function bitsOf(message: Members): number {
  return (
    (isAnswer(message) ? IS_ANSWER : 0) |
    (message.get('role') === '"tool"' ? IS_RESULT : 0) |
    (CONTENT_MEMBERS.some((name) => isFilled(message.get(name))) ? HAS_CONTENT : 0) |
    (isFilled(message.get('tool_calls')) ? HAS_CALLS : 0) |
    (reasoningIn(message) === undefined ? 0 : HAS_REASONING)
  );
}

const CONTENT_MEMBERS = ['content', 'audio_output', ...MEDIA_LISTS.map(({ name }) => name)];

function isFilled(value: RawJson | undefined): boolean {
  return isPresent(value) && value !== EMPTY_STRING && !isEmptyContainer(value);
}

function reasoningIn(members: Members): RawJson | undefined {
  const reasoning = stringMember(members, 'reasoning_content');
  return reasoning === EMPTY_STRING ? undefined : reasoning;
}
