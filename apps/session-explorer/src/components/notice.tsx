import type { ReactNode } from 'react';
import styles from './notice.module.css';

interface NoticeProps {
  readonly title: string;
  /** What to do. */
  readonly children?: ReactNode;
  readonly isError?: boolean;
}

/** Fills a pane that has nothing else to show: says what is the case, and what to do. */
export function Notice({ title, children, isError = false }: NoticeProps) {
  return (
    <div className={styles['notice']} role={isError ? 'alert' : 'status'}>
      <p className={isError ? styles['error'] : styles['title']}>{title}</p>
      {children}
    </div>
  );
}
