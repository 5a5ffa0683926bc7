import {
  dumps,
  EMPTY_STRING,
  isPresent,
  isTruthy,
  itemsOf,
  kindOf,
  MemberNames,
  membersOf,
  pythonRepr,
  quote,
  type RawJson,
  runSync,
  type Steps,
  shortened,
  stringOf,
  unquote,
} from '@session-service/json';
import type { Run, RunSource, SessionType } from '../stored-session.js';
import { firstUserContent, inputText } from './run-input.js';

/**
 * The title of a session without a stored name derives from the first suitable run. For lists, an SQL expression finds
 * the source of the title; for details, `findTitleSource` does.
 */

/** The part of a run from which the title derives. */
export interface TitleSource {
  /**
   * The first content of a user message that is truthy in Python: a string (the text parts of a list, joined), or
   * another value.
   */
  readonly message: RawJson | undefined;
  readonly input: RawJson | undefined;
}

/** Longer derived titles are cut to this many characters and `…`, because a list prints the titles of many sessions. */
export const MAX_TITLE_LENGTH = 10_000;

/** The stored name. It takes precedence over a derived title even when it is empty. */
export function storedName(sessionData: ReadonlyMap<string, RawJson>): RawJson | undefined {
  const name = sessionData.get('session_name');
  return isPresent(name) ? name : undefined;
}

/** @param source undefined: the session has no suitable run */
export function derivedTitle(
  type: string,
  source: TitleSource | undefined,
  workflowName: RawJson | null | undefined,
): RawJson {
  if (source === undefined) return EMPTY_STRING;
  if (type === 'workflow') return shortened(workflowTitle(source.input, workflowName), MAX_TITLE_LENGTH);
  if (source.message !== undefined) return shortened(source.message, MAX_TITLE_LENGTH);
  return isPresent(source.input)
    ? shortened(runSync(inputText(source.input, MAX_TITLE_LENGTH)), MAX_TITLE_LENGTH)
    : EMPTY_STRING;
}

function workflowTitle(input: RawJson | undefined, name: RawJson | null | undefined): RawJson {
  if (input !== undefined && kindOf(input) === 'string') return input;
  if (input !== undefined && kindOf(input) === 'object') return quote(runSync(dumps(input, MAX_TITLE_LENGTH)));
  if (!isTruthy(name)) return EMPTY_STRING;
  return quote(`New ${stringOf(name) ?? runSync(pythonRepr(name, MAX_TITLE_LENGTH))} Session`);
}

/**
 * Finds the first included run with a user message or an input; for a workflow simply the first included run.
 *
 * @param inputOf returns the input of a run that has no user message
 */
export function* findTitleSource(
  type: SessionType,
  runs: RunSource,
  isIncluded: (run: Run) => boolean,
  inputOf: (run: Run) => Steps<RawJson | undefined>,
): Steps<TitleSource | undefined> {
  for (let run = yield* runs.next(); run !== undefined; run = yield* runs.next()) {
    yield;
    if (!isIncluded(run)) continue;
    if (type === 'workflow') return { message: undefined, input: run.get('input') };
    if (type === 'team' && isTruthy(run.get('agent_id'))) continue;
    const content = yield* firstUserContent(run.get('messages'));
    if (content !== undefined) return { message: yield* messageText(content), input: undefined };
    const input = yield* inputOf(run);
    if (isPresent(input)) return { message: undefined, input };
  }
  return undefined;
}

const TEXT_MEMBER = new MemberNames(['text']);

/** The text of a message: a string unchanged, or the text parts of a list, joined with spaces and cut. */
function* messageText(content: RawJson): Steps<RawJson> {
  if (kindOf(content) !== 'array') return content;
  const texts: string[] = [];
  let length = 0;
  for (const part of itemsOf(content)) {
    const text = kindOf(part) === 'object' ? membersOf(part, TEXT_MEMBER).get('text') : part;
    if (text !== undefined && kindOf(text) === 'string') {
      texts.push(unquote(shortened(text, MAX_TITLE_LENGTH + 1)));
      length += text.length;
    }
    if (length > 6 * MAX_TITLE_LENGTH) break;
    yield;
  }
  return quote(texts.join(' '));
}
