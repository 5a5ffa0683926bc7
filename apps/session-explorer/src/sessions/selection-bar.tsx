import { useDeletions } from '../actions/deletions';
import { Button } from '../components/button';
import styles from './selection-bar.module.css';
import type { Selection } from './use-selection';

/** How many sessions are selected, and what can be done with them. */
export function SelectionBar({ selection }: { readonly selection: Selection }) {
  const { begin } = useDeletions();
  const { size } = selection.sessions;
  const deleteAll = () => {
    const sessions = [...selection.sessions.values()];
    begin(
      sessions.map(({ session_id, session_name, session_type }) => ({
        id: session_id,
        name: session_name || session_id,
        type: session_type,
      })),
    );
    selection.end();
  };
  return (
    <div className={styles['bar']}>
      <p role="status">{size === 0 ? 'Select by click, Shift and click, or x' : `${size.toLocaleString()} selected`}</p>
      {size > 0 && (
        <Button onClick={deleteAll}>
          {size === 1 ? 'Delete 1 session' : `Delete ${size.toLocaleString()} sessions`}
        </Button>
      )}
      <Button onClick={selection.end}>Cancel</Button>
    </div>
  );
}
