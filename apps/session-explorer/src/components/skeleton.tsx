import styles from './skeleton.module.css';

/** Grey lines in place of what is being loaded; visible after 150 ms. @param label what is being loaded */
export function Skeleton({ lines, label }: { readonly lines: number; readonly label: string }) {
  return (
    <div className={styles['skeleton']} role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no other identity.
        <div key={index} className={styles['line']} />
      ))}
    </div>
  );
}
