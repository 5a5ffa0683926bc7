import { isPresent, isTruthy, itemsOf, kindOf, membersOf, objectsIn, quote, type RawJson } from '../json/raw-json.js';
import { inputText } from './input-text.js';
import type { Run } from './merged-runs.js';

const NOTHING = quote('');

/** `run_input` of an agent or team run: its stored input content, else its last user message. */
export function runInput(run: Run): RawJson {
  const input = run.get('input');
  if (input !== undefined && kindOf(input) === 'object') {
    const content = membersOf(input).get('input_content');
    if (isPresent(content)) return inputText(content);
  }
  return lastUserContent(run.get('messages')) ?? NOTHING;
}

/** `run_input` of a workflow run: its input, else the last user message of its first step, else its own. */
export function workflowRunInput(run: Run): RawJson {
  const input = run.get('input');
  if (isPresent(input)) return inputText(input);
  return lastUserContent(messagesOfFirstStep(run)) ?? lastUserContent(run.get('messages')) ?? NOTHING;
}

function messagesOfFirstStep(run: Run): RawJson | undefined {
  const steps = run.get('step_executor_runs');
  if (!isTruthy(steps) || kindOf(steps) !== 'array') return undefined;
  const [first] = itemsOf(steps);
  return first !== undefined && kindOf(first) === 'object' ? membersOf(first).get('messages') : undefined;
}

function lastUserContent(messages: RawJson | undefined): RawJson | undefined {
  if (messages === undefined || kindOf(messages) !== 'array') return undefined;
  for (const message of objectsIn(messages).reverse()) {
    if (message?.get('role') === '"user"') return message.get('content') ?? NOTHING;
  }
  return undefined;
}
