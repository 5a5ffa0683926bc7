import { isPresent, itemsOf, kindOf, MemberNames, NULL, quote, type RawJson, type Steps } from '@session-service/json';
import { MAX_INT64, MIN_INT64 } from '../coercion.js';
import { cleanString, storableJson } from '../storable.js';
import {
  echo,
  invalidValue,
  type Loc,
  missing,
  notADictionary,
  notAList,
  notAnIntegerType,
  notAString,
  type ReportIssue,
  tooLarge,
  tooSmall,
} from '../validation-issues.js';
import { Fields } from './body-fields.js';

/**
 * Reads and cleans the member `runs`, an extension of the contract: the initial runs of a new session. Each run needs a
 * unique `run_id`; its `session_id`, if present, must be that of the session. Undefined when the member is absent.
 *
 * @param sessionId the session's id from the request; undefined when the service will generate an id
 */
export function* readInitialRuns(
  fields: Fields,
  sessionId: string | undefined,
  report: ReportIssue,
): Steps<readonly RawJson[] | undefined> {
  const raw = fields.members.get('runs');
  if (!isPresent(raw)) return undefined;
  const loc = fields.locOf('runs');
  if (kindOf(raw) !== 'array') {
    report(notAList(loc, echo(raw)));
    return undefined;
  }
  const validator = new InitialRunValidator(sessionId, report);
  const runs: RawJson[] = [];
  for (const run of itemsOf(raw)) {
    const runLoc = [...loc, runs.length];
    validator.validate(run, runLoc);
    runs.push(fields.rules.isUnstorable ? yield* storableJson(run, runLoc, report) : run);
    yield;
  }
  return runs;
}

/** Members of a run that are stored in text columns of the runs table. */
const TEXT_COLUMNS = ['agent_id', 'team_id', 'workflow_id', 'user_id', 'parent_run_id', 'status'];

const CHECKED_MEMBERS = new MemberNames(['run_id', 'session_id', 'created_at', ...TEXT_COLUMNS]);

class InitialRunValidator {
  private readonly seenIds = new Set<string>();

  constructor(
    private readonly sessionId: string | undefined,
    private readonly report: ReportIssue,
  ) {}

  validate(raw: RawJson, loc: Loc): void {
    if (kindOf(raw) !== 'object') {
      this.report(notADictionary(loc, echo(raw)));
      return;
    }
    const { report } = this;
    const run = new Fields(raw, CHECKED_MEMBERS, { loc, report, reportUnstorable: report, isUnstorable: false });
    this.checkId(run);
    this.checkSessionId(run);
    for (const name of TEXT_COLUMNS) run.string(name);
    this.checkCreatedAt(run);
  }

  private checkId(run: Fields): void {
    const loc = run.locOf('run_id');
    const raw = run.members.get('run_id');
    if (!isPresent(raw)) {
      this.report(raw === undefined ? missing(loc, echo(run.raw)) : notAString(loc, NULL));
      return;
    }
    const id = run.string('run_id');
    if (id === undefined) return;
    const reason = this.invalidIdReason(id);
    if (reason !== undefined) this.report(invalidValue(loc, reason, echo(raw)));
    this.seenIds.add(id);
  }

  private invalidIdReason(id: string): string | undefined {
    if (id === '') return 'run_id is empty';
    if (cleanString(id) !== id) return 'run_id has characters that cannot be stored';
    return this.seenIds.has(id) ? 'run_id is used by another run of this request' : undefined;
  }

  private checkSessionId(run: Fields): void {
    const id = run.string('session_id');
    if (id === undefined || id === this.sessionId) return;
    this.report(invalidValue(run.locOf('session_id'), 'run belongs to another session', quote(id)));
  }

  private checkCreatedAt(run: Fields): void {
    const loc = run.locOf('created_at');
    const raw = run.members.get('created_at');
    if (!isPresent(raw)) return;
    if (!/^-?\d+$/.test(raw)) this.report(notAnIntegerType(loc, echo(raw)));
    else if (BigInt(raw) > MAX_INT64) this.report(tooLarge(loc, MAX_INT64, raw));
    else if (BigInt(raw) < MIN_INT64) this.report(tooSmall(loc, MIN_INT64, raw));
  }
}
