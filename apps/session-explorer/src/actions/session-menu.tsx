import { type ToggleEvent, useId, useRef } from 'react';
import { usePermissions } from '../api/client';
import { IconButton } from '../components/button';
import type { DeletedSession } from './deletion-bar';
import { useDeletions } from './deletions';
import styles from './session-menu.module.css';

/** What can be done with the open session. */
export function SessionMenu({ session }: { readonly session: DeletedSession }) {
  const { mayDelete } = usePermissions();
  const { begin } = useDeletions();
  const menuId = useId();
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  // The browser shows a popover above everything, so that it does not move with its button.
  const place = ({ newState, currentTarget }: ToggleEvent<HTMLDivElement>) => {
    const corner = button.current?.getBoundingClientRect();
    if (newState !== 'open' || corner === undefined) return;
    currentTarget.style.top = `${corner.bottom + 4}px`;
    currentTarget.style.right = `${document.documentElement.clientWidth - corner.right}px`;
  };
  const item = (label: string, action: () => void) => (
    <button
      type="button"
      onClick={() => {
        menu.current?.hidePopover();
        action();
      }}
    >
      {label}
    </button>
  );
  if (!mayDelete) return null;
  return (
    <>
      <IconButton ref={button} icon="more" label="Actions" popoverTarget={menuId} />
      <div ref={menu} id={menuId} popover="auto" className={styles['menu']} onBeforeToggle={place}>
        {mayDelete && item('Delete session', () => begin([session]))}
      </div>
    </>
  );
}
