import { useMemo } from 'react';
import { Disclosure } from '../components/disclosure';
import { type JsonValue, membersOf } from '../components/json-text';
import { JsonTree } from '../components/json-tree';
import { formatNumber } from '../components/number-format';
import styles from './json-section.module.css';

interface JsonSectionsProps {
  readonly json: JsonValue;
  /** Titles by the name of the member, in the order in which they are shown. */
  readonly titles: Readonly<Record<string, string>>;
  readonly isOpenAtFirst?: boolean;
}

/** Members of an object as JSON, each of which unfolds. Those that are absent or empty are not shown. */
export function JsonSections({ json, titles, isOpenAtFirst = false }: JsonSectionsProps) {
  const members = useMemo(() => new Map(membersOf(json).map(({ name, value }) => [name, value])), [json]);
  return Object.entries(titles).map(([name, title]) => {
    const value = members.get(name);
    if (value === undefined || isEmpty(value)) return null;
    return (
      <Disclosure
        key={name}
        className={styles['section']}
        isOpenAtFirst={isOpenAtFirst}
        summary={
          <>
            <span className={styles['title']}>{title}</span>
            <Count value={value} />
          </>
        }
      >
        <div className={styles['tree']}>
          <JsonTree text={value.text} />
        </div>
      </Disclosure>
    );
  });
}

function Count({ value }: { readonly value: JsonValue }) {
  const { length } = useMemo(() => membersOf(value), [value]);
  return length > 0 && <span className={styles['count']}>{formatNumber(length)}</span>;
}

/** True for null, empty strings, and lists and objects in which nothing else is stored. */
function isEmpty(value: JsonValue): boolean {
  if (value.kind === 'object' || value.kind === 'array') {
    return value.text.length < MAX_EMPTY_LENGTH && membersOf(value).every((member) => isEmpty(member.value));
  }
  return value.text === 'null' || value.text === '""';
}

/** A longer text is not worth to be searched for values. */
const MAX_EMPTY_LENGTH = 200;
