import { isPresent, type Steps } from '@session-service/json';
import { isSameRun, type MessageAnchor } from '../requests/message-cursor.js';
import type { RunOrder, RunPosition } from '../requests/run-cursor.js';
import type { Run } from '../stored-session.js';
import { comparePlaces } from './conversation-entry.js';
import type { ConversationFormat, MessageGroup } from './conversation-format.js';
import {
  type ConversationContext,
  isInConversation,
  type PositionedRun,
  type RunSections,
  sectionsOf,
} from './run-conversation.js';
import type { SectionMessages } from './section-messages.js';

/** The runs of a session in one direction, read in portions as they are needed. */
export interface RunWalk {
  /** Returns the next run, or undefined after the last. */
  next(): Steps<PositionedRun | undefined>;
  close(): void;
}

/** The runs whose messages are walked over. */
export interface WalkedRuns {
  readonly context: ConversationContext;
  readonly order: RunOrder;
  /** Maximum number of messages of a page. */
  readonly limit: number;
  /** @param after undefined: begins with the first run of the order */
  readonly open: (order: RunOrder, after: RunPosition | undefined, expected: number) => RunWalk;
}

/** A group of messages and the position of its run. */
export interface GroupAt {
  readonly group: MessageGroup;
  readonly position: RunPosition;
}

/** Where a walk begins. */
export interface WalkAnchor {
  readonly anchor: MessageAnchor;
  readonly isInclusive: boolean;
}

/** A question and an answer. */
const MESSAGES_PER_RUN = 2;

/** Runs that a page reads but does not show: the one before it, and the first of the next page. */
const NEIGHBOUR_RUNS = 2;

/** Walks over the groups of a conversation in one direction. */
export class GroupWalk {
  private runs: RunWalk | undefined;
  /** The groups of the run that was read last. */
  private groups: RunGroups | undefined;
  /** Runs that have been read ahead: in descending order, up to a run without a parent. */
  private readonly ahead: PositionedRun[] = [];
  /** In ascending order, the last run without a parent. */
  private previous: Run | undefined;
  /** True when the run of the anchor has been read. */
  private isAnchored = false;

  constructor(
    private readonly page: WalkedRuns,
    private readonly format: ConversationFormat,
    private readonly order: RunOrder,
    private readonly from: WalkAnchor | undefined,
  ) {}

  *next(): Steps<GroupAt | undefined> {
    for (;;) {
      const group = this.groups && (yield* this.groups.next());
      if (group !== undefined) return group;
      const runs = this.runs ?? (yield* this.begin());
      const [run, previous] = this.order === 'asc' ? yield* this.nextAscending(runs) : yield* this.nextDescending(runs);
      if (run === undefined) return undefined;
      const { order, from, format } = this;
      const isAnchor = from !== undefined && !this.isAnchored && isSameRun(run.position, from.anchor.position);
      if (isAnchor) this.isAnchored = true;
      const sections = yield* sectionsOf(run, previous, order, this.page.context, format.knowsRole);
      this.groups = new RunGroups(run.position, sections, format, order, isAnchor ? from : undefined);
    }
  }

  close(): void {
    this.runs?.close();
  }

  /** Begins at the run of the anchor, not after it: messages that were added to that run since then must still be shown. */
  private *begin(): Steps<RunWalk> {
    const { order, from } = this;
    const { open, limit } = this.page;
    const expected = Math.ceil(limit / MESSAGES_PER_RUN) + NEIGHBOUR_RUNS;
    if (from === undefined) {
      this.runs = open(order, undefined, expected);
      return this.runs;
    }
    const { position } = from.anchor;
    const before = open(order === 'asc' ? 'desc' : 'asc', position, 1);
    let neighbour = yield* this.nextIncluded(before);
    const after = neighbour?.position;
    if (order === 'asc') {
      while (neighbour !== undefined && isMember(neighbour)) neighbour = yield* this.nextIncluded(before);
      this.previous = neighbour?.run;
    }
    before.close();
    this.runs = open(order, after, expected);
    let first = yield* this.nextIncluded(this.runs);
    if (first !== undefined && !isSameRun(first.position, position)) {
      // The run of the anchor was deleted, or another was added before it meanwhile, which must not be shown.
      this.runs.close();
      const following = open(order, position, 1);
      const next = yield* this.nextIncluded(following);
      following.close();
      this.runs = open(order, after, expected);
      const isBehind = (run: PositionedRun) =>
        isSameRun(run.position, position) || (next !== undefined && isSameRun(run.position, next.position));
      do first = yield* this.nextIncluded(this.runs);
      while (first !== undefined && !isBehind(first));
    }
    if (first !== undefined) this.ahead.push(first);
    return this.runs;
  }

  /** The next run, and the run without a parent before it, whose messages it may repeat. */
  private *nextAscending(runs: RunWalk): Steps<RunAndPrevious> {
    const run = this.ahead.shift() ?? (yield* this.nextIncluded(runs));
    const { previous } = this;
    if (run !== undefined && !isMember(run)) this.previous = run.run;
    return [run, previous];
  }

  private *nextDescending(runs: RunWalk): Steps<RunAndPrevious> {
    const run = this.ahead.shift() ?? (yield* this.nextIncluded(runs));
    let previous = this.ahead.at(-1);
    while (run !== undefined && (previous === undefined || isMember(previous))) {
      previous = yield* this.nextIncluded(runs);
      if (previous === undefined) break;
      this.ahead.push(previous);
    }
    return [run, previous?.run];
  }

  private *nextIncluded(runs: RunWalk): Steps<PositionedRun | undefined> {
    for (;;) {
      const run = yield* runs.next();
      if (run === undefined || isInConversation(run.run, this.page.context)) return run;
      yield;
    }
  }
}

/** The groups of one run in one direction, from an anchor on. */
class RunGroups {
  private section: SectionMessages | undefined;
  /** The next message of the section in ascending order, or the one after it in descending order. */
  private at = 0;

  constructor(
    private readonly position: RunPosition,
    private readonly sections: RunSections,
    private readonly format: ConversationFormat,
    private readonly order: RunOrder,
    private readonly from: WalkAnchor | undefined,
  ) {}

  *next(): Steps<GroupAt | undefined> {
    for (;;) {
      const messages = this.section ?? (yield* this.nextSection());
      if (messages === undefined) return undefined;
      const range = this.order === 'asc' ? this.rangeFrom(messages) : this.rangeTo(messages);
      yield;
      if (range === undefined) this.section = undefined;
      else if (this.isShown(messages, range)) return yield* this.group(messages, range);
    }
  }

  private *nextSection(): Steps<SectionMessages | undefined> {
    this.section = yield* this.sections.next();
    this.at = this.order === 'asc' ? 0 : (this.section?.length ?? 0);
    return this.section;
  }

  private rangeFrom(messages: SectionMessages): Range | undefined {
    const start = this.at;
    if (start >= messages.length) return undefined;
    let end = start + 1;
    while (end < messages.length && this.format.joins(messages, end)) end++;
    this.at = end;
    return [start, end];
  }

  private rangeTo(messages: SectionMessages): Range | undefined {
    const end = this.at;
    if (end === 0) return undefined;
    let start = end - 1;
    while (start > 0 && this.format.joins(messages, start)) start--;
    this.at = start;
    return [start, end];
  }

  /** False on the other side of the anchor, and for groups that would be empty. */
  private isShown(messages: SectionMessages, [start, end]: Range): boolean {
    if (this.from !== undefined) {
      const { anchor, isInclusive } = this.from;
      const distance = (this.order === 'asc' ? 1 : -1) * comparePlaces(messages.place(start), anchor.place);
      if (distance < 0 || (distance === 0 && !isInclusive)) return false;
    }
    if (this.format.showsEmpty) return true;
    for (let number = start; number < end; number++) if (messages.showsSomething(number)) return true;
    return false;
  }

  private *group(messages: SectionMessages, [start, end]: Range): Steps<GroupAt> {
    const entry = yield* messages.entry(start);
    const size = this.format.sizeOf(entry);
    return { position: this.position, group: { place: messages.place(start), messages, start, end, entry, size } };
  }
}

type Range = readonly [start: number, end: number];

type RunAndPrevious = readonly [run: PositionedRun | undefined, previous: Run | undefined];

function isMember({ run }: PositionedRun): boolean {
  return isPresent(run.get('parent_run_id'));
}
