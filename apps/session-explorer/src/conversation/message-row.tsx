import { memo, useMemo } from 'react';
import { ACTIVE_STATUSES, type Message } from '../api/messages';
import { objectsOf, textOf } from '../api/stored-values';
import { Disclosure } from '../components/disclosure';
import { JsonTree } from '../components/json-tree';
import { formatNumber } from '../components/number-format';
import { useView } from '../shell/view';
import { MediaList } from './media-list';
import { MessageActions } from './message-actions';
import styles from './message-row.module.css';
import { contentText, MessageText } from './message-text';
import { RunOutcome } from './run-outcome';
import { mediaOf } from './stored-media';
import { ToolCall } from './tool-call';

interface MessageRowProps {
  readonly message: Message;
  readonly isLastOfRun: boolean;
}

/** A message with its reasoning, tool calls and what became of its run. Those of the user are on the other side. */
export const MessageRow = memo(function MessageRow({ message, isLastOfRun }: MessageRowProps) {
  const [{ session = '' }] = useView();
  const { values, role } = message;
  const content = contentText(values['content']);
  // A run without messages has its error as content too.
  const text = content === values['error'] ? '' : content;
  const isJson = useMemo(() => isJsonText(text), [text]);
  const reasoning = textOf(values['reasoning_content']);
  const calls = objectsOf(values['tool_calls']);
  const isWaiting = ACTIVE_STATUSES.includes(message.runStatus);
  const media = useMemo(() => mediaOf(message, session), [message, session]);
  const isEmpty = media.length === 0 && content === '' && reasoning === undefined && calls.length === 0;
  return (
    <article className={styles['row']} data-role={role} aria-label={`Message of ${role || 'unknown role'}`}>
      <div className={styles['message']}>
        {role !== 'user' && role !== 'assistant' && <p className={styles['role']}>{role || 'Unknown role'}</p>}
        {reasoning !== undefined && <Reasoning text={reasoning} />}
        {text !== '' && (
          <div className={styles['text']}>{isJson ? <JsonTree text={text} /> : <MessageText text={text} />}</div>
        )}
        <MediaList media={media} />
        {calls.length > 0 && (
          <ul className={styles['calls']} aria-label="Tool calls">
            {calls.map((call, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: ids may be missing or repeated, and calls are only appended.
              <li key={index}>
                <ToolCall call={call} isWaiting={isWaiting} />
              </li>
            ))}
          </ul>
        )}
        {isEmpty && <p className={styles['empty']}>Empty message</p>}
      </div>
      {isLastOfRun && <RunOutcome message={message} />}
      <MessageActions message={message} text={text} />
    </article>
  );
});

/** Structured output of an agent. Markdown would take its underscores and asterisks for markers. */
function isJsonText(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function Reasoning({ text }: { readonly text: string }) {
  const words = text.split(/\s+/).length;
  return (
    <Disclosure className={styles['reasoning']} summary={<span>Reasoning, {formatNumber(words)} words</span>}>
      <div className={styles['thoughts']}>
        <MessageText text={text} />
      </div>
    </Disclosure>
  );
}
