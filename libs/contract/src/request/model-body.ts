import { quote } from '../json/raw-json.js';
import type { Body } from './body.js';
import { Fields } from './fields.js';
import { type IssueLog, missing, notAModel } from './issues.js';
import { echo, isObject, type JsonObject } from './json-tree.js';

/**
 * The members of a body that must be an object. Anything else is reported and read as an object without members.
 *
 * @param whenAbsent whether a request without a body is an error, or as good as `{}`
 */
export function readModel(body: Body, log: IssueLog, whenAbsent: 'missing' | 'empty'): JsonObject | undefined {
  if (body.kind === 'json' && isObject(body.root)) return body.root;
  if (body.kind === 'json') log.report(notAModel(echo(body.root)));
  else if (body.kind === 'text') log.report(notAModel(quote(body.text)));
  else if (whenAbsent === 'missing') log.report(missing(['body']));
  return undefined;
}

/** As `readModel`, for models whose members are all optional. */
export function readFields(body: Body, log: IssueLog, whenAbsent: 'missing' | 'empty'): Fields {
  return new Fields(readModel(body, log, whenAbsent) ?? new Map(), {
    loc: ['body'],
    report: log.report,
    reportUnstorable: log.reportOurs,
    sawUnstorable: body.kind === 'json' && body.sawUnstorable,
  });
}
