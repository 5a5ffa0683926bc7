import { NULL, quote, type RawJson } from '../json/raw-json.js';
import { cleanText } from './clean-text.js';
import { Fields } from './fields.js';
import { MAX_INT64, MIN_INT64 } from './integer.js';
import { type Loc, missing, notADictionary, notAList, notAString, type Report, tooLarge, tooSmall } from './issues.js';
import { echo, isArray, isGiven, isObject, type JsonNode, printNode } from './json-tree.js';
import { invalidValue, notAnIntegerValue } from './our-issues.js';
import { storableNode } from './storable.js';

/**
 * The member `runs`: the runs that a new session begins with, cleaned. Each needs a `run_id` of its own; a `session_id`, if
 * it has one, must be that of the session. Undefined when not given.
 *
 * @param sessionId the id that the client gives the session; undefined when one will be generated
 * @param report takes whatever is wrong: AgentOS has no such member
 */
export function readRuns(fields: Fields, sessionId: string | undefined, report: Report): RawJson[] | undefined {
  const given = fields.members.get('runs');
  if (!isGiven(given)) return undefined;
  const loc = fields.locOf('runs');
  if (!isArray(given)) {
    report(notAList(loc, echo(given)));
    return undefined;
  }
  const check = new RunChecks(sessionId, report);
  given.forEach((run, index) => {
    check.run(run, [...loc, index]);
  });
  const { sawUnstorable } = fields.rules;
  return given.map((run, index) => printNode(sawUnstorable ? storableNode(run, [...loc, index], report) : run));
}

/** Members that fill text columns of the runs table. */
const TEXT_COLUMNS = ['agent_id', 'team_id', 'workflow_id', 'user_id', 'parent_run_id', 'status'];

class RunChecks {
  private readonly seenIds = new Set<string>();

  constructor(
    private readonly sessionId: string | undefined,
    private readonly report: Report,
  ) {}

  run(run: JsonNode, loc: Loc): void {
    if (!isObject(run)) {
      this.report(notADictionary(loc, echo(run)));
      return;
    }
    const fields = new Fields(run, { loc, report: this.report, reportUnstorable: this.report, sawUnstorable: false });
    this.runId(fields);
    this.session(fields);
    for (const name of TEXT_COLUMNS) fields.string(name);
    this.createdAt(fields);
  }

  private runId(run: Fields): void {
    const loc = run.locOf('run_id');
    const node = run.members.get('run_id');
    if (!isGiven(node)) {
      this.report(node === undefined ? missing(loc, echo(run.members)) : notAString(loc, NULL));
      return;
    }
    const id = run.string('run_id');
    if (id === undefined) return;
    const fault = this.faultOfId(id);
    if (fault !== undefined) this.report(invalidValue(loc, fault, quote(id)));
    this.seenIds.add(id);
  }

  private faultOfId(id: string): string | undefined {
    if (id === '') return 'run_id is empty';
    if (cleanText(id) !== id) return 'run_id has characters that cannot be stored';
    return this.seenIds.has(id) ? 'run_id is used by another run of this request' : undefined;
  }

  private session(run: Fields): void {
    const id = run.string('session_id');
    if (id === undefined || id === this.sessionId) return;
    this.report(invalidValue(run.locOf('session_id'), 'run belongs to another session', quote(id)));
  }

  private createdAt(run: Fields): void {
    const loc = run.locOf('created_at');
    const node = run.members.get('created_at');
    if (!isGiven(node)) return;
    if (typeof node !== 'string' || !/^-?\d+$/.test(node)) this.report(notAnIntegerValue(loc, echo(node)));
    else if (BigInt(node) > MAX_INT64) this.report(tooLarge(loc, MAX_INT64, node));
    else if (BigInt(node) < MIN_INT64) this.report(tooSmall(loc, MIN_INT64, node));
  }
}
