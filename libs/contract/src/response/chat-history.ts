import { type BodyText, listText } from '../json/body-text.js';
import { isPresent, kindOf, objectsIn } from '../json/raw-json.js';
import { chatMessage, isShownInChat } from '../message/index.js';
import type { Run } from './merged-runs.js';
import type { Steps } from './steps.js';

/**
 * The conversation: the messages of every top-level run in order, whatever its status, without system and tool messages
 * and without those repeated from history. `now` in unix seconds dates messages that have no date of their own.
 */
export function* chatHistory(runs: readonly Run[], now: () => number): Steps<BodyText> {
  const shown: BodyText[] = [];
  for (const run of runs) {
    const messages = run.get('messages');
    if (isPresent(run.get('parent_run_id')) || messages === undefined || kindOf(messages) !== 'array') continue;
    for (const message of objectsIn(messages)) {
      if (message !== undefined && isShownInChat(message)) shown.push(chatMessage(message, now));
    }
    yield;
  }
  return listText(shown);
}
