import { quote } from '@session-service/json';
import type { ConversationParts } from '../conversation/conversation-entry.js';
import { problem } from '../http-problem.js';
import { QueryReader } from '../query-parameters.js';
import { IssueLog, tooLarge } from '../validation-issues.js';
import { readSessionReference, type SessionReference } from './get-session.request.js';
import { decodeMessageCursor, type ReceivedMessageCursor } from './message-cursor.js';
import { RUN_ORDERS, type RunOrder } from './run-cursor.js';

export const MESSAGE_FORMATS = ['agno', 'ai-sdk', 'ag-ui'] as const;
export type MessageFormat = (typeof MESSAGE_FORMATS)[number];

export const MESSAGE_ROLES = ['user', 'assistant', 'system', 'developer', 'tool'] as const;
export const MESSAGE_INCLUDES = ['tools', 'members', 'reasoning'] as const;

export const MAX_MESSAGES = 1_000n;
export const DEFAULT_MESSAGES = 20n;

/** Parameters of `GET /sessions/{id}/messages`. */
export interface GetMessages extends SessionReference {
  readonly format: MessageFormat;
  readonly order: RunOrder;
  /** Maximum number of messages of the format. */
  readonly limit: number;
  readonly parts: ConversationParts;
  /** Undefined: the first page. */
  readonly cursor: ReceivedMessageCursor | undefined;
}

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422; 400 for an invalid cursor, when there is no other issue
 */
export function parseGetMessages(rawQuery: string): GetMessages {
  const log = new IssueLog();
  const query = new QueryReader(rawQuery, log);
  const reference = readSessionReference(query);
  const limit = query.integer('limit', 1n) ?? DEFAULT_MESSAGES;
  if (limit > MAX_MESSAGES) log.report(tooLarge(['query', 'limit'], MAX_MESSAGES, quote(query.string('limit') ?? '')));
  const order = query.choice('order', RUN_ORDERS) ?? 'desc';
  const format = query.choice('format', MESSAGE_FORMATS) ?? 'agno';
  const roles = query.choices('roles', MESSAGE_ROLES);
  const include = query.choices('include', MESSAGE_INCLUDES);
  log.throwOrDefer();
  const text = query.string('cursor');
  const cursor = text === undefined || text === '' ? undefined : decodeMessageCursor(text);
  if (cursor === undefined && text) throw invalidMessageCursor();
  const parts: ConversationParts = {
    roles: roles.length === 0 ? undefined : new Set(roles.flatMap(storedRoles)),
    tools: include.includes('tools') || roles.includes('tool'),
    members: include.includes('members'),
    reasoning: include.includes('reasoning'),
  };
  return { ...reference, format, order, limit: Number(limit), parts, cursor };
}

/** The JSON text of the roles that are stored for a role. Gemini calls the assistant `model`. */
function storedRoles(role: string): string[] {
  return role === 'assistant' ? ['"assistant"', '"model"'] : [`"${role}"`];
}

/** 400 for a text that is no cursor, or one of other messages. */
export function invalidMessageCursor() {
  return problem(400, 'Invalid cursor: it must come from the messages of the same session with the same parameters');
}
