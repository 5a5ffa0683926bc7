import {
  EMPTY_STRING,
  isPresent,
  itemsOf,
  kindOf,
  MemberNames,
  membersOf,
  type RawJson,
  type Steps,
  shortened,
} from '@agno/json';
import { inputText } from './input-text.js';
import type { Run } from './stored-run.js';
import { lastUserContent } from './user-content.js';

/** Characters after which `run_input` ends with `…`: printed with indentation, a nested input grows a thousandfold. */
const MAX_INPUT_LENGTH = 1_048_576;

const INPUT_CONTENT = new MemberNames(['input_content']);

/** `run_input` of an agent or team run: its stored input content, else its last user message. */
export function runInput(run: Run): RawJson | Steps<RawJson> {
  const content = membersOf(run.get('input'), INPUT_CONTENT).get('input_content');
  return isPresent(content) ? printInput(content) : lastUserInput(run.get('messages'));
}

/** `run_input` of a workflow run: its input, else the last user message of its first step, else its own. */
export function workflowRunInput(run: Run): RawJson | Steps<RawJson> {
  const input = run.get('input');
  return isPresent(input) ? printInput(input) : lastUserInput(messagesOfFirstStep(run), run.get('messages'));
}

function printInput(input: RawJson): RawJson | Steps<RawJson> {
  return kindOf(input) === 'string' ? shortened(input, MAX_INPUT_LENGTH) : printStructuredInput(input);
}

function* printStructuredInput(input: RawJson): Steps<RawJson> {
  return shortened(yield* inputText(input, MAX_INPUT_LENGTH), MAX_INPUT_LENGTH);
}

/** The last user message in the first of the lists that has one. */
function* lastUserInput(...lists: readonly (RawJson | undefined)[]): Steps<RawJson> {
  for (const messages of lists) {
    const content = yield* lastUserContent(messages);
    if (content !== undefined) return shortened(content, MAX_INPUT_LENGTH);
  }
  return EMPTY_STRING;
}

const MESSAGES = new MemberNames(['messages']);

function messagesOfFirstStep(run: Run): RawJson | undefined {
  const [first] = itemsOf(run.get('step_executor_runs'));
  return membersOf(first, MESSAGES).get('messages');
}
