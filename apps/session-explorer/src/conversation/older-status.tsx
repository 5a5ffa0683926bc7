import { Button } from '../components/button';
import styles from './older-status.module.css';
import type { OlderMessages, Search } from './use-search';

interface OlderStatusProps {
  readonly older: OlderMessages;
  readonly search: Search | undefined;
}

/** Tells over the conversation why older messages are being loaded, or why they are not. */
export function OlderStatus({ older, search }: OlderStatusProps) {
  if (older.problem !== null && !older.isLoading) {
    return (
      <p className={styles['status']} role="alert">
        Older messages could not be loaded: {older.problem.message}
        <Button onClick={older.load}>Try again</Button>
      </p>
    );
  }
  if (search !== undefined) {
    return (
      <p className={styles['status']} role="status">
        {search.state === 'searching'
          ? `Looking for ${search.subject} in older messages`
          : `This conversation does not contain ${search.subject}`}
        <Button onClick={search.stop}>{search.state === 'searching' ? 'Stop' : 'Close'}</Button>
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
