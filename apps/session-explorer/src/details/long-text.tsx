import { useState } from 'react';
import { formatNumber } from '../components/number-format';
import { visibleText } from '../components/visible-text';
import styles from './long-text.module.css';

const MAX_LENGTH = 1_500;
const MAX_LINES = 20;

/** A text with its line breaks, cut where it is long. */
export function LongText({ text }: { readonly text: string }) {
  const [isWhole, setIsWhole] = useState(false);
  const beginning = text.slice(0, MAX_LENGTH).split('\n').slice(0, MAX_LINES).join('\n');
  const isLong = beginning.length < text.length;
  return (
    <div className={styles['text']} dir="auto">
      {visibleText(isWhole ? text : beginning)}
      {isLong && !isWhole && '…'}
      {isLong && (
        <button type="button" className={styles['more']} onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? 'Show less' : `Show all ${formatNumber(text.length)} characters`}
        </button>
      )}
    </div>
  );
}
