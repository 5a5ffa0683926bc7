import { dumps, pythonRepr } from '../json/python-text.js';
import { isPresent, isTruthy, itemsOf, kindOf, membersOf, quote, type RawJson, unquote } from '../json/raw-json.js';
import type { SessionType } from '../session/session-type.js';
import { inputText } from './input-text.js';

/**
 * How a session without a stored name is called. The rule is the same everywhere; lists read the first run from
 * storage, details have the runs at hand.
 */

/** What the run that names a session holds. */
export interface TitleSource {
  /** The content of its first user message that has one. */
  readonly message: RawJson | undefined;
  readonly input: RawJson | undefined;
}

const NO_TITLE = quote('');

/** The stored name, which wins even when it is empty; undefined where there is none. */
export function storedName(sessionData: ReadonlyMap<string, RawJson>): RawJson | undefined {
  const name = sessionData.get('session_name');
  return isPresent(name) ? name : undefined;
}

/** The title from the run that comes first; undefined source: a session without runs. */
export function derivedTitle(
  type: string,
  source: TitleSource | undefined,
  workflowName: RawJson | null | undefined,
): RawJson {
  if (source === undefined) return NO_TITLE;
  if (type === 'workflow') return workflowTitle(source.input, workflowName);
  if (source.message !== undefined) return spoken(source.message);
  return isPresent(source.input) ? inputText(source.input) : NO_TITLE;
}

/** A message of several parts: its text parts joined by a space. */
function spoken(content: RawJson): RawJson {
  if (kindOf(content) !== 'array') return content;
  const texts = itemsOf(content).map((part) => (kindOf(part) === 'object' ? membersOf(part).get('text') : part));
  return quote(
    texts
      .filter((text) => text !== undefined && kindOf(text) === 'string')
      .map((text) => unquote(text as RawJson))
      .join(' '),
  );
}

function workflowTitle(input: RawJson | undefined, name: RawJson | null | undefined): RawJson {
  if (input !== undefined && kindOf(input) === 'string') return input;
  if (input !== undefined && kindOf(input) === 'object') return quote(dumps(input));
  if (!isTruthy(name ?? undefined) || !name) return NO_TITLE;
  return quote(`New ${kindOf(name) === 'string' ? unquote(name) : pythonRepr(name)} Session`);
}

/** Finds the naming run among rebuilt runs: the first with a spoken user message or an input. */
export function titleSource(
  type: SessionType,
  runs: readonly ReadonlyMap<string, RawJson>[],
  inputOf: (run: ReadonlyMap<string, RawJson>) => RawJson | undefined,
): TitleSource | undefined {
  if (type === 'workflow') return runs[0] && { message: undefined, input: runs[0].get('input') };
  for (const run of runs) {
    if (type === 'team' && isTruthy(run.get('agent_id'))) continue;
    const message = firstUserContent(run.get('messages'));
    const input = message === undefined ? inputOf(run) : undefined;
    if (message !== undefined || isPresent(input)) return { message, input };
  }
  return undefined;
}

function firstUserContent(messages: RawJson | undefined): RawJson | undefined {
  if (messages === undefined || kindOf(messages) !== 'array') return undefined;
  for (const item of itemsOf(messages)) {
    if (kindOf(item) !== 'object') continue;
    const message = membersOf(item);
    const content = message.get('content');
    if (message.get('role') === '"user"' && isTruthy(content)) return content;
  }
  return undefined;
}
