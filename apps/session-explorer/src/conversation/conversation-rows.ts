import type { RunPreview } from '@session-service/session-client';
import type { Message } from '../api/messages';
import { objectOf, objectsOf } from '../api/stored-values';

/** The messages of one run. */
export interface RunGroup {
  /** Identifies the group among all of the session: the id of the run if it has one. */
  readonly key: string;
  readonly messages: Message[];
  /** Runs of a team's members or of a workflow's steps. */
  readonly members: RunGroup[];
}

/** The line at which a run begins. */
export interface RunRow {
  readonly kind: 'run';
  readonly key: string;
  readonly depth: number;
  readonly run: RunGroup;
  readonly isFolded: boolean;
}

interface MessageOfRunRow {
  readonly kind: 'message';
  readonly key: string;
  readonly depth: number;
  readonly message: Message;
  /** What a run waits for is shown after its last message. */
  readonly isLastOfRun: boolean;
}

/** A run whose messages are not stored yet. */
export interface BegunRow {
  readonly kind: 'begun';
  readonly key: string;
  readonly depth: 0;
  readonly preview: RunPreview;
}

/** A line of the conversation. */
export type Row = RunRow | MessageOfRunRow | BegunRow;

/** Members of members begin folded, unless there is something to see in them. */
const MAX_OPEN_DEPTH = 1;

/** What decides whether the messages of a member are shown. */
export interface Folding {
  /** Whether the user has folded a run, by the key of its group. */
  readonly chosen: ReadonlyMap<string, boolean>;
  /** Id of the message that the URL links to. */
  readonly linked: string | undefined;
}

/** The content of a conversation. */
export interface ConversationParts {
  /** The oldest first. */
  readonly messages: readonly Message[];
  /** Runs that have begun and whose messages are not stored yet, the oldest first. */
  readonly begun: readonly RunPreview[];
}

/**
 * The lines of a conversation. A run follows its parent run's messages except for the answer, wherever it is stored: agno stores
 * members before or after their team.
 */
export function rowsOf({ messages, begun }: ConversationParts, { chosen, linked }: Folding): readonly Row[] {
  const rows: Row[] = [];
  const keys = new Set<string>();
  const uniqueKey = (key: string): string => {
    let unique = key;
    for (let count = 2; keys.has(unique); count++) unique = `${key} ${count}`;
    keys.add(unique);
    return unique;
  };
  const addMessage = (message: Message, run: RunGroup, depth: number) => {
    const key = uniqueKey(`message ${run.key} ${message.id}`);
    rows.push({ kind: 'message', key, depth, message, isLastOfRun: message === run.messages.at(-1) });
  };
  const addRun = (run: RunGroup, depth: number) => {
    const isFolded = depth > 0 && (chosen.get(run.key) ?? (depth > MAX_OPEN_DEPTH && !isNotable(run, linked)));
    rows.push({ kind: 'run', key: uniqueKey(`run ${run.key}`), depth, run, isFolded });
    if (isFolded) return;
    const answer = answerOf(run);
    for (const message of run.messages) if (message !== answer) addMessage(message, run, depth);
    for (const member of run.members) addRun(member, depth + 1);
    if (answer !== undefined) addMessage(answer, run, depth);
  };
  for (const { run, isMember } of topLevelRuns(messages)) addRun(run, isMember ? 1 : 0);
  for (const preview of begun)
    rows.push({ kind: 'begun', key: uniqueKey(`begun ${preview.run_id}`), depth: 0, preview });
  return rows;
}

/** The last message of a run with members, if it is one of the assistant. */
function answerOf({ messages, members }: RunGroup): Message | undefined {
  const last = messages.at(-1);
  return members.length > 0 && last?.role === 'assistant' ? last : undefined;
}

interface TopLevelRun {
  readonly run: RunGroup;
  /** A member whose parent run is not among the messages. */
  readonly isMember: boolean;
}

function topLevelRuns(messages: readonly Message[]): readonly TopLevelRun[] {
  const runs = groupsOf(messages);
  const top: TopLevelRun[] = [];
  for (const run of runs.values()) {
    const parentId = parentOf(run);
    const parent = parentId === undefined || isCyclic(run, runs) ? undefined : runs.get(parentId);
    if (parent === undefined) top.push({ run, isMember: parentId !== undefined });
    else parent.members.push(run);
  }
  return top;
}

/** The runs by their keys, in the order of their first messages. */
function groupsOf(messages: readonly Message[]): ReadonlyMap<string, RunGroup> {
  const runs = new Map<string, RunGroup>();
  let previous = '';
  for (const message of messages) {
    // Messages without a run belong together as long as no other comes between.
    const key: string = message.runId ?? (previous.startsWith('without run ') ? previous : `without run ${message.id}`);
    const run = runs.get(key);
    if (run === undefined) runs.set(key, { key, messages: [message], members: [] });
    else run.messages.push(message);
    previous = key;
  }
  return runs;
}

function parentOf(run: RunGroup): string | undefined {
  return run.messages[0]?.parentRunId;
}

/** True if the run is its own parent, grandparent and so on. */
function isCyclic(run: RunGroup, runs: ReadonlyMap<string, RunGroup>): boolean {
  const seen = new Set<RunGroup>();
  for (let current: RunGroup | undefined = run; current !== undefined; ) {
    if (seen.has(current)) return true;
    seen.add(current);
    current = runs.get(parentOf(current) ?? '');
  }
  return false;
}

/** True if the run or one of its members has failed, or contains the linked message. */
function isNotable({ messages, members }: RunGroup, linked: string | undefined): boolean {
  return (
    messages.some((message) => isFailedMessage(message) || (linked !== undefined && message.id === linked)) ||
    members.some((member) => isNotable(member, linked))
  );
}

/** True for a line that tells of an error. The head of a run does only if none of its messages does. */
export function isFailed(row: Row): boolean {
  if (row.kind === 'message') return isFailedMessage(row.message);
  if (row.kind === 'begun') return false;
  const { messages } = row.run;
  return messages.at(-1)?.runStatus === 'ERROR' && (row.isFolded || !messages.some(isFailedMessage));
}

function isFailedMessage({ values }: Message): boolean {
  return (
    values['error'] !== undefined ||
    objectsOf(values['tool_calls']).some(({ result }) => objectOf(result)['tool_call_error'] === true)
  );
}
