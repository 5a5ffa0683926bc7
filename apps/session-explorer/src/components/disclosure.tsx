import { type ReactNode, useState } from 'react';
import styles from './disclosure.module.css';
import { Icon } from './icon';

interface DisclosureProps {
  /** The line that is always shown. */
  readonly summary: ReactNode;
  readonly isOpenAtFirst?: boolean;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

/** A line that unfolds. Its content is only rendered while it is open. */
export function Disclosure({ summary, isOpenAtFirst = false, className = '', children }: DisclosureProps) {
  const [isOpen, setIsOpen] = useState(isOpenAtFirst);
  return (
    <details className={className} open={isOpen} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary className={styles['summary']}>
        <span className={styles['chevron']}>
          <Icon name="chevron" size={12} />
        </span>
        {summary}
      </summary>
      {isOpen && children}
    </details>
  );
}
