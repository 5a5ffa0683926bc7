import { Button } from '../components/button';
import styles from './older-status.module.css';

/** The messages before those that are loaded. */
export interface OlderMessages {
  readonly exist: boolean;
  readonly isLoading: boolean;
  readonly problem: Error | null;
  readonly load: () => void;
}

/** Tells over the conversation that older messages are being loaded, or why they are not. */
export function OlderStatus({ older }: { readonly older: OlderMessages }) {
  if (older.problem !== null && !older.isLoading) {
    return (
      <p className={styles['status']} role="alert">
        Older messages could not be loaded: {older.problem.message}
        <Button onClick={older.load}>Try again</Button>
      </p>
    );
  }
  if (!older.isLoading) return null;
  return (
    <p className={styles['status']} role="status">
      Loading older messages
    </p>
  );
}
