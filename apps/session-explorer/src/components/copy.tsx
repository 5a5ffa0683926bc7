import { IconButton } from './button';
import styles from './copy.module.css';
import { useCopy } from './use-copy';

/** A button that copies a text. @param label names what is copied, for example `Copy code` */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [copy, isCopied] = useCopy();
  return (
    <IconButton icon={isCopied ? 'check' : 'copy'} label={isCopied ? 'Copied' : label} onClick={() => copy(text)} />
  );
}

const MAX_LENGTH = 24;

/** An id, shortened in the middle; a click copies the whole. */
export function CopyableId({ id }: { readonly id: string }) {
  const [copy, isCopied] = useCopy();
  return (
    <button type="button" className={styles['id']} title={`Copy ${id}`} onClick={() => copy(id)}>
      {isCopied ? 'copied' : shortened(id)}
    </button>
  );
}

/** The beginning and the end of an id that is too long for a line. */
export function shortened(id: string): string {
  const characters = [...id];
  if (characters.length <= MAX_LENGTH) return id;
  return `${characters.slice(0, 12).join('')}…${characters.slice(-8).join('')}`;
}
