import { createContext, type ReactNode, use, useMemo, useRef, useState } from 'react';
import type { SessionTarget } from '../api/session-changes';
import { useView } from '../shell/view';
import { type DeletedSession, type Deletion, DeletionBar } from './deletion-bar';
import styles from './deletions.module.css';

interface Deletions {
  /** Deletes sessions of the open database, after some seconds. */
  readonly begin: (sessions: readonly DeletedSession[]) => void;
  readonly isDeleting: (target: SessionTarget) => boolean;
}

const DeletionsContext = createContext<Deletions | undefined>(undefined);

/**
 * Provides `useDeletions`, and shows each deletion until it has ended. Deletions that have not been sent are dropped when this is
 * left, so that closing the page or signing out deletes nothing.
 */
export function DeletionsProvider({ children }: { readonly children: ReactNode }) {
  const [{ database }] = useView();
  const [deletions, setDeletions] = useState<readonly Deletion[]>([]);
  const lastKey = useRef(0);
  const value = useMemo((): Deletions => {
    const isDeleting = (target: SessionTarget) =>
      deletions.some(
        (deletion) => deletion.database === target.database && deletion.sessions.some(({ id }) => id === target.id),
      );
    const begin = (sessions: readonly DeletedSession[]) => {
      const added = sessions.filter(({ id }) => !isDeleting({ id, database }));
      if (added.length === 0) return;
      lastKey.current++;
      setDeletions([...deletions, { key: lastKey.current, database, sessions: added }]);
    };
    return { begin, isDeleting };
  }, [deletions, database]);
  const end = (ended: Deletion) => setDeletions((all) => all.filter(({ key }) => key !== ended.key));
  return (
    <DeletionsContext value={value}>
      {children}
      <div className={styles['bars']}>
        {deletions.map((deletion) => (
          <DeletionBar
            key={deletion.key}
            deletion={deletion}
            isNewest={deletion.key === lastKey.current}
            onEnd={() => end(deletion)}
          />
        ))}
      </div>
    </DeletionsContext>
  );
}

/** Must be called below `DeletionsProvider`. */
export function useDeletions(): Deletions {
  const deletions = use(DeletionsContext);
  if (deletions === undefined) throw new Error('useDeletions needs a DeletionsProvider');
  return deletions;
}
