import { type CSSProperties, useMemo, useState } from 'react';
import { CopyButton } from './copy';
import { contentOf, type JsonMember, type JsonValue, membersOf, parseJson } from './json-text';
import styles from './json-tree.module.css';
import { formatNumber } from './number-format';
import { visibleText } from './visible-text';

/** Members that are shown at once; a button shows as many more. */
const PORTION = 100;
/** Characters of a string that are shown at first. */
const STRING_LENGTH = 300;
const KEY_LENGTH = 80;
/** Characters of a closed list or object that are shown at most. */
const BEGINNING_LENGTH = 100;
/** Lists and objects of the second level begin open up to this number of members. */
const OPEN_MEMBERS = 20;
/** Deeper levels are not indented further, so that their text keeps some width. */
const MAX_INDENTATION = 12;
/** A value below this level is shown on its own: browsers and React fail at elements that are nested a thousand times. */
const MAX_LEVEL = 24;

/**
 * A JSON text as a tree, as it is written: no digit, key or order changes. A text that is not JSON is shown unchanged.
 *
 * @param text the JSON text
 */
export function JsonTree({ text }: { readonly text: string }) {
  const value = useMemo(() => parseJson(text), [text]);
  const [opened, setOpened] = useState<{ readonly text: string; readonly values: readonly JsonValue[] }>();
  if (value === undefined) return <PlainText text={text} />;
  const values = opened?.text === text ? opened.values : [];
  const open = (next: readonly JsonValue[]) => setOpened({ text, values: next });
  return (
    <div className={styles['tree']}>
      {values.length > 0 && (
        <button type="button" className={styles['more']} onClick={() => open(values.slice(0, -1))}>
          Back to the levels above
        </button>
      )}
      <ul>
        <Item
          key={values.length}
          value={values.at(-1) ?? value}
          level={0}
          isOpenAtFirst
          onOpen={(deep) => open([...values, deep])}
        />
      </ul>
    </div>
  );
}

interface ValueProps {
  readonly value: JsonValue;
  readonly level: number;
  readonly isOpenAtFirst: boolean;
  /** Shows a value on its own. */
  readonly onOpen: (value: JsonValue) => void;
}

interface KeyProps {
  /** Undefined for the whole text and for items of lists. */
  readonly name?: string | undefined;
  /** Position in a list. */
  readonly position?: string | undefined;
}

function Item({ name, position, ...props }: KeyProps & ValueProps) {
  const { value, level } = props;
  const label = level === 0 ? 'Copy all' : `Copy ${shownKey(name ?? position ?? '')}`;
  const hasMembers = value.kind === 'object' || value.kind === 'array';
  return (
    <li className={styles['item']}>
      <span className={styles['copy']}>
        <CopyButton text={contentOf(value)} label={label} />
      </span>
      {hasMembers ? (
        <Branch name={name} position={position} {...props} />
      ) : (
        <div className={styles['leaf']}>
          <Key name={name} position={position} />
          {value.kind === 'string' ? <Text value={value} /> : <span className={styles[value.kind]}>{value.text}</span>}
        </div>
      )}
    </li>
  );
}

function Key({ name, position }: KeyProps) {
  if (name === undefined && position === undefined) return null;
  return (
    <>
      <bdi className={name === undefined ? styles['position'] : styles['key']}>{shownKey(name ?? position ?? '')}</bdi>
      <span className={styles['punctuation']}>: </span>
    </>
  );
}

function shownKey(key: string): string {
  return visibleText(key.length > KEY_LENGTH ? `${key.slice(0, KEY_LENGTH)}…` : key);
}

/** An object or a list, whose members are only rendered while it is open. */
function Branch({ name, position, value, level, isOpenAtFirst, onOpen }: KeyProps & ValueProps) {
  const members = useMemo(() => membersOf(value), [value]);
  const [isOpen, setIsOpen] = useState(isOpenAtFirst);
  const [limit, setLimit] = useState(PORTION);
  const [begin, end] = value.kind === 'object' ? ['{', '}'] : ['[', ']'];
  if (members.length === 0) {
    return (
      <div className={styles['leaf']}>
        <Key name={name} position={position} />
        <span className={styles['punctuation']}>{`${begin}${end}`}</span>
      </div>
    );
  }
  if (level === MAX_LEVEL) {
    return (
      <div className={styles['leaf']}>
        <Key name={name} position={position} />
        <button type="button" className={styles['more']} onClick={() => onOpen(value)}>
          Show the {countOf(value, members)} on their own
        </button>
      </div>
    );
  }
  const rest = members.length - limit;
  const indentation = { '--indentation': level < MAX_INDENTATION ? '16px' : '0px' } as CSSProperties;
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>
        <Key name={name} position={position} />
        <span className={styles['punctuation']}>
          {begin}
          <span className={styles['count']}>{countOf(value, members)}</span>
          {end}
        </span>
        {!isOpen && (
          <span className={styles['beginning']}>{visibleText(value.text.slice(1, -1).slice(0, BEGINNING_LENGTH))}</span>
        )}
      </summary>
      {isOpen && (
        <ul className={styles['members']} style={indentation}>
          {members.slice(0, limit).map((member, index) => (
            <Item
              // biome-ignore lint/suspicious/noArrayIndexKey: keys may be repeated, and the members never change.
              key={index}
              {...(value.kind === 'object' ? { name: member.name } : { position: member.name })}
              value={member.value}
              level={level + 1}
              isOpenAtFirst={level === 0 && members.length <= OPEN_MEMBERS}
              onOpen={onOpen}
            />
          ))}
          {rest > 0 && (
            <li>
              <button type="button" className={styles['more']} onClick={() => setLimit(limit + PORTION)}>
                Show {Math.min(PORTION, rest)} more of {formatNumber(rest)}
              </button>
            </li>
          )}
        </ul>
      )}
    </details>
  );
}

function countOf({ kind }: JsonValue, { length }: readonly JsonMember[]): string {
  const unit = kind === 'object' ? 'key' : 'item';
  return `${formatNumber(length)} ${unit}${length === 1 ? '' : 's'}`;
}

/** A string with its line breaks, cut where it is long. */
function Text({ value }: { readonly value: JsonValue }) {
  const content = useMemo(() => contentOf(value), [value]);
  const [isWhole, setIsWhole] = useState(false);
  const isLong = content.length > STRING_LENGTH;
  return (
    <>
      <span className={styles['string']} dir="auto">
        "{visibleText(isLong && !isWhole ? content.slice(0, STRING_LENGTH) : content)}
        {isLong && !isWhole ? '…' : '"'}
      </span>
      {isLong && (
        <button type="button" className={styles['more']} onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? 'Show less' : `Show all ${formatNumber(content.length)} characters`}
        </button>
      )}
    </>
  );
}

/** A text that is not JSON. */
function PlainText({ text }: { readonly text: string }) {
  return (
    <div className={styles['tree']}>
      <span className={styles['copy']}>
        <CopyButton text={text} label="Copy text" />
      </span>
      <pre className={styles['plain']} dir="auto">
        {visibleText(text)}
      </pre>
    </div>
  );
}
