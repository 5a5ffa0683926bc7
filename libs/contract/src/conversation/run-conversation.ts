import { asRaw, isPresent, itemsOf, kindOf, type RawJson, type Steps, unquote } from '@session-service/json';
import { coerceOptional, laxInteger } from '../coercion.js';
import { ItemPath } from '../messages/derived-id.js';
import type { RunOrder, RunPosition } from '../requests/run-cursor.js';
import { runOf } from '../responses/run-response.js';
import { isShownInDetail } from '../responses/visible-runs.js';
import type { Run, SessionType, StoredSession } from '../stored-session.js';
import { ANSWER_SECTION, type ConversationParts, type SectionContext, SeenMessages } from './conversation-entry.js';
import { answerOf } from './derived-messages.js';
import { SectionMessages, type SectionOptions } from './section-messages.js';
import { stringMember } from './tool-calls.js';

/** A run with its position in the order of its session's runs. */
export interface PositionedRun {
  readonly run: Run;
  readonly position: RunPosition;
}

/** The other runs of the session. */
export interface StoredRunLookup {
  /** The run of that id. */
  find(runId: string): Steps<Run | undefined>;
  /** Those of the ids that runs of the session have. */
  existing(runIds: readonly string[]): Steps<ReadonlySet<string>>;
}

/** Values that all messages of a session share. */
export interface ConversationContext {
  readonly session: Pick<StoredSession, 'session_id' | 'created_at'>;
  readonly type: SessionType;
  readonly parts: ConversationParts;
  readonly lookup: StoredRunLookup;
}

/** True for the runs that the detail of a session shows, and those of a workflow; members only on request. */
export function isInConversation(run: Run, { type, parts }: ConversationContext): boolean {
  if (!parts.members && isPresent(run.get('parent_run_id'))) return false;
  return type === 'workflow' || isShownInDetail(type, run);
}

/**
 * The sections of a run in the given order, each message of the session once: without those repeated from an earlier run.
 *
 * @param previous the run before, whose messages a run repeats that stores its history
 */
export function* sectionsOf(
  { run, position }: PositionedRun,
  previous: Run | undefined,
  order: RunOrder,
  context: ConversationContext,
  knowsRole: SectionOptions['knowsRole'],
): Steps<RunSections> {
  const { session, parts, lookup } = context;
  const seen = new SeenMessages();
  if (previous !== undefined) yield* seen.addRun(previous);
  const copies = yield* copiesOf(run, previous, seen, lookup);
  const path = ItemPath.ofRun(session.session_id, run.get('run_id') ?? JSON.stringify(position));
  const shared = {
    sessionId: session.session_id,
    createdAt: integerOf(run.get('created_at')) ?? integerOf(session.created_at) ?? asRaw('0'),
    memberRunId: isPresent(run.get('parent_run_id')) ? stringMember(run, 'run_id') : undefined,
  };
  const options = { parts, seen, copies, knowsRole };
  const stored = new SectionMessages(0, run, path, shared, { ...options, hasEnd: true });
  const hasMessages = yield* stored.readStored();
  const answer = hasMessages ? undefined : answerOf(run);
  const own = hasMessages
    ? stored
    : new SectionMessages(0, run, path, shared, { ...options, hasEnd: answer === undefined });
  if (!hasMessages) yield* own.readDerived(true, false);
  const embedded = parts.members ? yield* embeddedRuns(run, lookup) : NO_EMBEDDED_RUNS;
  const last = new SectionMessages(ANSWER_SECTION, run, path, shared, { ...options, hasEnd: true });
  if (answer !== undefined) yield* last.readDerived(false, true);
  return new RunSections(own, embedded, last, order, (number) => {
    const { run: inner, path: innerPath } = embedded.at(number, path, session.session_id);
    const createdAt = integerOf(inner.get('created_at')) ?? shared.createdAt;
    const innerContext: SectionContext = { ...shared, createdAt, memberRunId: stringMember(inner, 'run_id') };
    const innerOptions = { ...options, seen: new SeenMessages(), copies: 0, hasEnd: true };
    return new SectionMessages(number + 1, inner, innerPath, innerContext, innerOptions);
  });
}

/** Walks over the sections of a run: its own messages, those of the runs inside of it, and the answer of a workflow. */
export class RunSections {
  private returned = 0;

  constructor(
    private readonly own: SectionMessages,
    private readonly embedded: EmbeddedRuns,
    private readonly last: SectionMessages,
    private readonly order: RunOrder,
    private readonly open: (number: number) => SectionMessages,
  ) {}

  /** The next section, or undefined after the last. */
  *next(): Steps<SectionMessages | undefined> {
    const count = this.embedded.shown.length + 2;
    const step = this.returned++;
    if (step >= count) return undefined;
    const number = this.order === 'asc' ? step : count - 1 - step;
    if (number === 0) return this.own;
    if (number === count - 1) return this.last;
    const section = this.open(this.embedded.shown[number - 1] ?? 0);
    if (!(yield* section.readStored())) yield* section.readDerived(true, true);
    return section;
  }
}

/**
 * A fork begins with messages of the run that it was forked from: they are added to `seen`. Returns their number if that
 * run has another id here, because the whole session was forked.
 */
function* copiesOf(run: Run, previous: Run | undefined, seen: SeenMessages, lookup: StoredRunLookup): Steps<number> {
  const original = stringMember(run, 'forked_from_run_id');
  if (original === undefined || original === previous?.get('run_id')) return 0;
  const found = yield* lookup.find(unquote(original));
  if (found !== undefined) yield* seen.addRun(found);
  const isOfOtherSession = found === undefined && isPresent(run.get('forked_from_session_id'));
  return isOfOtherSession ? Number(integerOf(run.get('forked_from_message_index')) ?? 0) : 0;
}

/** Runs that AgentOS stores inside of others: those of members, of steps and of the agent of a workflow. */
const EMBEDDING_MEMBERS = ['member_responses', 'step_executor_runs', 'workflow_agent_run'];

/** As in AgentOS, deeper nested runs are not read. */
const MAX_NESTED_DEPTH = 10;

/** The runs inside of a run, also those inside of them, kept as stored: there may be a million. */
class EmbeddedRuns {
  /** The numbers of the runs to show. */
  shown: number[] = [];
  private readonly stored: RawJson[] = [];
  /** The number of the run that each is embedded in; -1 for the outermost. */
  private readonly parents: number[] = [];
  /** The list of each, an index of EMBEDDING_MEMBERS, and its index in it. */
  private readonly lists: number[] = [];
  private readonly indexes: number[] = [];

  get length(): number {
    return this.stored.length;
  }

  *collect(run: Run, parent: number, depth: number): Steps<void> {
    if (depth > MAX_NESTED_DEPTH) return;
    for (const [list, name] of EMBEDDING_MEMBERS.entries()) {
      const stored = run.get(name);
      if (stored === undefined) continue;
      let index = -1;
      for (const item of kindOf(stored) === 'object' ? [stored] : itemsOf(stored)) {
        index++;
        yield;
        const inner = runOf(item);
        if (inner.size === 0) continue;
        this.parents.push(parent);
        this.lists.push(list);
        this.indexes.push(index);
        const number = this.stored.push(item) - 1;
        yield* this.collect(inner, number, depth + 1);
      }
    }
  }

  /** Selects those that the session does not also store as runs of their own, nor inside of such a run. */
  *select(lookup: StoredRunLookup): Steps<void> {
    const ids: (string | undefined)[] = [];
    for (const stored of this.stored) {
      const id = stringMember(runOf(stored), 'run_id');
      ids.push(id === undefined ? undefined : unquote(id));
      yield;
    }
    const existing = yield* lookup.existing(ids.filter((id) => id !== undefined));
    const omitted = new Set<number>();
    // A workflow stores the members of a team as steps of its own as well.
    const seen = new Set(existing);
    for (const [number, id] of ids.entries()) {
      if (omitted.has(this.parents[number] ?? -1) || (id !== undefined && seen.has(id))) omitted.add(number);
      else this.shown.push(number);
      if (id !== undefined) seen.add(id);
    }
  }

  at(number: number, outer: ItemPath, sessionId: string): { run: Run; path: ItemPath } {
    const run = runOf(this.stored[number] ?? asRaw('{}'));
    const id = stringMember(run, 'run_id');
    if (id !== undefined) return { run, path: ItemPath.ofRun(sessionId, id) };
    const parent = this.parents[number] ?? -1;
    const parentPath = parent === -1 ? outer : this.at(parent, outer, sessionId).path;
    return {
      run,
      path: parentPath.child(EMBEDDING_MEMBERS[this.lists[number] ?? 0] ?? '').child(this.indexes[number] ?? 0),
    };
  }
}

const NO_EMBEDDED_RUNS = new EmbeddedRuns();

function* embeddedRuns(run: Run, lookup: StoredRunLookup): Steps<EmbeddedRuns> {
  const embedded = new EmbeddedRuns();
  yield* embedded.collect(run, -1, 1);
  if (embedded.length > 0) yield* embedded.select(lookup);
  return embedded;
}

function integerOf(raw: RawJson | null | undefined): RawJson | undefined {
  return isPresent(raw) ? coerceOptional(raw, laxInteger) : undefined;
}
