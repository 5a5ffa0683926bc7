import { EMPTY_STRING, isPresent, itemsOf, membersOf, type RawJson, type Steps, shortened } from '@agno/json';
import { inputText } from './input-text.js';
import type { Run } from './stored-run.js';
import { lastUserContent } from './user-content.js';

/** Characters after which `run_input` ends with `…`: printed with indentation, a nested input grows a thousandfold. */
const LONGEST = 1_048_576;

const INPUT_CONTENT = new Set(['input_content']);

/** `run_input` of an agent or team run: its stored input content, else its last user message. */
export function* runInput(run: Run): Steps<RawJson> {
  const content = membersOf(run.get('input'), INPUT_CONTENT).get('input_content');
  if (isPresent(content)) return yield* printed(content);
  return shortened((yield* lastUserContent(run.get('messages'))) ?? EMPTY_STRING, LONGEST);
}

/** `run_input` of a workflow run: its input, else the last user message of its first step, else its own. */
export function* workflowRunInput(run: Run): Steps<RawJson> {
  const input = run.get('input');
  if (isPresent(input)) return yield* printed(input);
  const content = (yield* lastUserContent(messagesOfFirstStep(run))) ?? (yield* lastUserContent(run.get('messages')));
  return shortened(content ?? EMPTY_STRING, LONGEST);
}

function* printed(input: RawJson): Steps<RawJson> {
  return shortened(yield* inputText(input, LONGEST), LONGEST);
}

const MESSAGES = new Set(['messages']);

function messagesOfFirstStep(run: Run): RawJson | undefined {
  const [first] = itemsOf(run.get('step_executor_runs'));
  return membersOf(first, MESSAGES).get('messages');
}
