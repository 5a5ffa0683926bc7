import {
  EMPTY_OBJECT,
  isPresent,
  itemsOf,
  JsonLimitExceeded,
  JsonSyntaxError,
  kindOf,
  MemberNames,
  membersOf,
  objectsIn,
  quote,
  type RawJson,
  readJson,
  type Steps,
  TRUE,
  unquote,
  withoutNonFinite,
} from '@session-service/json';
import { MESSAGE_MEMBERS } from '../messages/chat-message.js';
import { derivedId, type ItemPath } from '../messages/derived-id.js';

export type Members = ReadonlyMap<string, RawJson>;

/** The result of a tool call: a message of role tool. */
export interface ToolResult {
  readonly message: Members;
  readonly path: ItemPath;
}

/** One call of an assistant message. */
export interface ToolCall {
  /** JSON strings. */
  readonly id: RawJson;
  readonly name: RawJson;
  /** The arguments as stored: usually a string that holds JSON. */
  readonly args: RawJson;
  readonly result: ToolResult | undefined;
  /** The run's own record of the call, with its confirmation for example. */
  readonly execution: Members | undefined;
  /** The id of the requirement that a paused run has for the call, a JSON string. */
  readonly requirementId: RawJson | undefined;
}

const CALL_MEMBERS = new MemberNames(['id', 'name', 'function', 'arguments', 'input']);
const FUNCTION_MEMBERS = new MemberNames(['name', 'arguments']);
const EXECUTION_MEMBERS = new MemberNames([
  ...['tool_call_id', 'tool_name', 'tool_args', 'tool_call_error', 'result', 'created_at', 'approval_id'],
  ...['requires_confirmation', 'confirmed', 'confirmation_note'],
]);
const REQUIREMENT_MEMBERS = new MemberNames(['id', 'tool_execution']);
const CALL_ID = new MemberNames(['tool_call_id']);

/** An object in a list of the run: a run may have a million, so they are parsed when they are needed. */
export interface StoredItem {
  readonly stored: RawJson;
  readonly index: number;
}

/** The executions and requirements of a run, by the id of their call. */
export interface ToolExecutions {
  readonly executions: ReadonlyMap<RawJson, StoredItem>;
  readonly requirementIds: ReadonlyMap<RawJson, RawJson>;
}

export const NO_EXECUTIONS: ToolExecutions = { executions: new Map(), requirementIds: new Map() };

export function* toolExecutionsOf(run: Members): Steps<ToolExecutions> {
  const executions = new Map<RawJson, StoredItem>();
  let index = 0;
  for (const stored of itemsOf(run.get('tools'))) {
    const id = stringMember(membersOf(stored, CALL_ID), 'tool_call_id');
    if (id !== undefined) executions.set(id, { stored, index });
    index++;
    yield;
  }
  const requirementIds = new Map<RawJson, RawJson>();
  for (const requirement of objectsIn(run.get('requirements'), REQUIREMENT_MEMBERS)) {
    const callId = stringMember(membersOf(requirement?.get('tool_execution'), CALL_ID), 'tool_call_id');
    const id = stringMember(requirement, 'id');
    if (callId !== undefined && id !== undefined) requirementIds.set(callId, id);
    yield;
  }
  return { executions, requirementIds };
}

/**
 * The calls of an assistant message. A call without a result message gets the result that the run stores with its
 * execution, if there is one.
 *
 * @param path that of the message
 * @param results the messages with results, by the id of their call
 */
export function* toolCallsOf(
  message: Members,
  path: ItemPath,
  runPath: ItemPath,
  results: ReadonlyMap<RawJson, StoredItem>,
  { executions, requirementIds }: ToolExecutions,
): Steps<ToolCall[]> {
  const calls: ToolCall[] = [];
  let index = 0;
  for (const stored of itemsOf(message.get('tool_calls'))) {
    const callPath = path.child('tool_calls').child(index++);
    if (kindOf(stored) !== 'object') continue;
    const members = membersOf(stored, CALL_MEMBERS);
    const called = membersOf(members.get('function'), FUNCTION_MEMBERS);
    const id = stringMember(members, 'id') ?? derivedId(callPath);
    const executed = executions.get(id);
    const execution = executed && membersOf(executed.stored, EXECUTION_MEMBERS);
    const name = stringMember(called, 'name') ?? stringMember(members, 'name') ?? stringMember(execution, 'tool_name');
    const result = results.get(id);
    calls.push({
      id,
      name: name ?? UNKNOWN_TOOL,
      args: firstPresent(called.get('arguments'), members.get('arguments'), members.get('input')) ?? EMPTY_OBJECT,
      result:
        result === undefined
          ? execution && executedResult(execution, runPath.child('tools').child(executed?.index ?? 0))
          : { message: membersOf(result.stored, MESSAGE_MEMBERS), path: runPath.child(result.index) },
      execution,
      requirementId: requirementIds.get(id),
    });
    yield;
  }
  return calls;
}

const UNKNOWN_TOOL = quote('unknown');

/** AgentOS has a setting not to store the messages of tools. Only the run's `tools` then have the results. */
function executedResult(execution: Members, path: ItemPath): ToolResult | undefined {
  const result = execution.get('result');
  if (!isPresent(result)) return undefined;
  const message = new Map<string, RawJson>([['role', quote('tool')]]);
  message.set('content', kindOf(result) === 'string' || kindOf(result) === 'array' ? result : quote(result));
  for (const name of ['tool_call_id', 'tool_name', 'tool_args', 'tool_call_error', 'created_at']) {
    const value = execution.get(name);
    if (value !== undefined) message.set(name, value);
  }
  return { message, path };
}

/** The call of a result without a stored call. */
export function callOfResult(result: ToolResult): ToolCall {
  const { message, path } = result;
  const id = stringMember(message, 'tool_call_id') ?? derivedId(path.child('call'));
  const name = stringMember(message, 'tool_name') ?? stringMember(message, 'name') ?? UNKNOWN_TOOL;
  const args = firstPresent(message.get('tool_args')) ?? EMPTY_OBJECT;
  return { id, name, args, result, execution: undefined, requirementId: undefined };
}

/** The ids of the calls in an assistant message. */
export function* callIdsOf(message: Members): Steps<RawJson[]> {
  const ids: RawJson[] = [];
  for (const call of objectsIn(message.get('tool_calls'), CALL_MEMBERS)) {
    const id = stringMember(call, 'id');
    if (id !== undefined) ids.push(id);
    yield;
  }
  return ids;
}

export function isFailed(result: ToolResult): boolean {
  return result.message.get('tool_call_error') === TRUE;
}

/** Arguments up to this length, in characters, are parsed; longer ones stay a string. */
const MAX_ARGUMENTS_LENGTH = 1_048_576;

const ARGUMENT_LIMITS = { depth: 200, digits: 4_300, values: 100_000, growth: 65_536 };

/** The arguments of a call as a JSON value: parsed if they are a string that holds JSON. */
export function* parsedArguments(args: RawJson): Steps<RawJson> {
  if (kindOf(args) !== 'string' || args.length > MAX_ARGUMENTS_LENGTH) return args;
  try {
    return yield* withoutNonFinite((yield* readJson(unquote(args), ARGUMENT_LIMITS)).root);
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof JsonLimitExceeded) return args;
    throw error;
  }
}

/** A value as a JSON string: strings unchanged, others as their JSON text. */
export function asString(raw: RawJson): RawJson {
  return kindOf(raw) === 'string' ? raw : quote(raw);
}

export function stringMember(members: Members | undefined, name: string): RawJson | undefined {
  const value = members?.get(name);
  return value !== undefined && kindOf(value) === 'string' ? value : undefined;
}

function firstPresent(...values: readonly (RawJson | undefined)[]): RawJson | undefined {
  return values.find(isPresent);
}
