import { useState } from 'react';
import { printed, textOf } from '../api/stored-values';
import { Markdown } from '../components/markdown';
import { formatNumber } from '../components/number-format';
import styles from './message-text.module.css';

/** What a message shows at first: about 40 lines. */
const BEGINNING = { lines: 40, characters: 4_000 };
/** A text that is little longer than the beginning is not cut. */
const TOLERANCE = 1.25;
/** Longer texts are Markdown up to here and plain text afterwards, in portions: the time of parsing grows with the square. */
const MAX_MARKDOWN = 20_000;
const PORTION = 100_000;

interface MessageTextProps {
  readonly text: string;
  /** For texts that are no Markdown, such as those of errors. */
  readonly isPlain?: boolean;
}

/** The text of a message as Markdown. What is long is cut, before it is parsed. */
export function MessageText({ text, isPlain = false }: MessageTextProps) {
  const [end, setEnd] = useState(() => beginningOf(text));
  const beginning = text.slice(0, Math.min(end, MAX_MARKDOWN));
  const next = nextEnd(end, text.length);
  const rest = text.length - end;
  return (
    <div className={styles['text']} dir="auto">
      {isPlain ? <div className={styles['plain']}>{beginning}</div> : <Markdown text={beginning} />}
      {portionsOf(text, end).map((portion, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: portions are only appended.
        <div key={index} className={styles['plain']}>
          {portion}
        </div>
      ))}
      {rest > 0 && (
        <button type="button" className={styles['more']} onClick={() => setEnd(next)}>
          {rest === next - end
            ? 'Show more'
            : `Show ${formatNumber(next - end)} of ${formatNumber(rest)} more characters`}
        </button>
      )}
    </div>
  );
}

/** The plain text up to `end`. Each portion is an element of its own, so that the browser need not lay out all again. */
function portionsOf(text: string, end: number): readonly string[] {
  const count = Math.ceil(Math.max(0, end - MAX_MARKDOWN) / PORTION);
  return Array.from({ length: count }, (_, index) => {
    const start = MAX_MARKDOWN + index * PORTION;
    return text.slice(start, Math.min(end, start + PORTION));
  });
}

function beginningOf(text: string): number {
  const { lines, characters } = BEGINNING;
  const isShort =
    text.length <= characters * TOLERANCE && text.split('\n', lines * TOLERANCE + 1).length <= lines * TOLERANCE;
  if (isShort) return text.length;
  const shown = text.slice(0, characters).split('\n', lines).join('\n');
  // Between the halves of a surrogate pair, the text would end with a character that is none.
  return /[\ud800-\udbff]$/.test(shown) ? shown.length - 1 : shown.length;
}

function nextEnd(end: number, length: number): number {
  return Math.min(length, end < MAX_MARKDOWN ? MAX_MARKDOWN : end + PORTION);
}

/** The content of a message as one text: its text, the texts of its parts, or JSON for what is none. */
export function contentText(content: unknown): string {
  if (content === undefined || content === null) return '';
  if (!Array.isArray(content)) return printed(content);
  return content
    .map((part: unknown) => textOf(part) ?? partText(part))
    .filter((text) => text !== '')
    .join('\n\n');
}

/** Media among the parts are shown beside the text. */
function partText(part: unknown): string {
  if (typeof part !== 'object' || part === null) return printed(part ?? '');
  if ('text' in part && typeof part.text === 'string') return part.text;
  return 'image_url' in part ? '' : printed(part);
}
