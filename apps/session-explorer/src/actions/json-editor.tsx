import { useId, useMemo, useRef } from 'react';
import styles from './json-editor.module.css';
import type { JsonProblem } from './json-problem';

interface JsonEditorProps {
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly problem: JsonProblem | undefined;
}

/** A field for a JSON text, with line numbers and the first mistake. */
export function JsonEditor({ label, text, onChange, problem }: JsonEditorProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLPreElement>(null);
  const problemId = useId();
  const lines = useMemo(() => lineNumbers(text), [text]);
  const showProblem = () => {
    if (problem === undefined) return;
    field.current?.focus();
    field.current?.setSelectionRange(problem.offset, problem.offset + 1);
  };
  return (
    <div>
      <div className={styles['editor']}>
        <pre ref={numbers} className={styles['numbers']} aria-hidden="true">
          {lines}
        </pre>
        <textarea
          ref={field}
          aria-label={label}
          aria-invalid={problem !== undefined}
          aria-describedby={problemId}
          dir="ltr"
          wrap="off"
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={({ target }) => onChange(target.value)}
          onScroll={({ currentTarget }) => numbers.current?.scrollTo({ top: currentTarget.scrollTop })}
        />
      </div>
      <p id={problemId} className={styles['problem']} role="status">
        {problem === undefined ? (
          'Valid JSON'
        ) : (
          <>
            <button type="button" onClick={showProblem}>
              Line {problem.line}, column {problem.column}
            </button>
            {problem.message}
          </>
        )}
      </p>
    </div>
  );
}

function lineNumbers(text: string): string {
  const { length } = text.split('\n');
  return Array.from({ length }, (_, index) => index + 1).join('\n');
}
