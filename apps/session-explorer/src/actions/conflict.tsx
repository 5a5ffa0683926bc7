import { useMemo } from 'react';
import { Button } from '../components/button';
import styles from './conflict.module.css';
import { type DiffLine, diffLines } from './line-diff';

interface ConflictProps {
  /** The edited member, for example `metadata`. */
  readonly subject: string;
  /** The value that another user has stored. */
  readonly theirs: string;
  /** The value to store if the user keeps their changes. */
  readonly mine: string;
  readonly isSaving: boolean;
  readonly onTakeTheirs: () => void;
  readonly onKeepMine: () => void;
}

/** Equal lines that are shown around those that differ. */
const CONTEXT = 3;
/** Lines that are shown at most. */
const MAX_LINES = 2_000;

/** Two versions of the edited value, and the choice between them. */
export function Conflict({ subject, theirs, mine, isSaving, onTakeTheirs, onKeepMine }: ConflictProps) {
  const sections = useMemo(() => sectionsOf(diffLines(theirs, mine)), [theirs, mine]);
  return (
    <>
      <p role="alert">Somebody else has changed the {subject} since you opened it. Nothing of yours is saved yet.</p>
      <p className={styles['legend']}>
        <span data-kind="old">− theirs</span>
        <span data-kind="new">+ with your changes</span>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className={styles['lines']} aria-label="What differs" tabIndex={0}>
        {sections.map(({ key, lines }) => (
          <pre key={key}>
            {lines.map(({ number, kind, text }) => (
              <span key={number} data-kind={kind}>
                {kind === 'both' ? '  ' : kind === 'old' ? '− ' : '+ '}
                {text}
                {'\n'}
              </span>
            ))}
          </pre>
        ))}
        {sections.length === 0 && <p>Both versions are the same.</p>}
      </section>
      <div className={styles['buttons']}>
        <Button onClick={onTakeTheirs}>Take theirs</Button>
        <Button kind="primary" disabled={isSaving} onClick={onKeepMine}>
          Keep mine
        </Button>
      </div>
    </>
  );
}

interface NumberedLine extends DiffLine {
  readonly number: number;
}

interface Section {
  readonly key: number;
  readonly lines: readonly NumberedLine[];
}

/** The lines that differ with some equal lines around them; other equal lines are left out. */
function sectionsOf(lines: readonly DiffLine[]): readonly Section[] {
  const shown = new Set<number>();
  for (const [index, { kind }] of lines.entries()) {
    if (kind === 'both') continue;
    for (let near = index - CONTEXT; near <= index + CONTEXT; near++) shown.add(near);
  }
  const sections: { readonly key: number; readonly lines: NumberedLine[] }[] = [];
  for (const [number, line] of [...lines.entries()].filter(([index]) => shown.has(index)).slice(0, MAX_LINES)) {
    const section = sections.at(-1);
    if (section?.lines.at(-1)?.number === number - 1) section.lines.push({ ...line, number });
    else sections.push({ key: number, lines: [{ ...line, number }] });
  }
  return sections;
}
