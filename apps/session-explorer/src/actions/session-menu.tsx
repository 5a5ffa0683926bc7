import { lazy, Suspense, type ToggleEvent, useId, useRef, useState } from 'react';
import { usePermissions } from '../api/client';
import type { JsonMemberName } from '../api/session-changes';
import { IconButton } from '../components/button';
import { useView } from '../shell/view';
import type { DeletedSession } from './deletion-bar';
import { useDeletions } from './deletions';
import styles from './session-menu.module.css';

/** Loaded when they are opened. */
const JsonDialog = lazy(() => import('./json-dialog'));
const ExportDialog = lazy(() => import('./export-dialog'));

/** The menu of actions on the open session. */
export function SessionMenu({ session }: { readonly session: DeletedSession }) {
  const { mayWrite, mayDelete } = usePermissions();
  const { begin } = useDeletions();
  const [{ database }] = useView();
  const [edited, setEdited] = useState<JsonMemberName>();
  const [isExporting, setIsExporting] = useState(false);
  const target = { id: session.id, database };
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
  return (
    <>
      <IconButton ref={button} icon="more" label="Actions" popoverTarget={menuId} />
      <div ref={menu} id={menuId} popover="auto" className={styles['menu']} onBeforeToggle={place}>
        {mayWrite && item('Edit metadata', () => setEdited('metadata'))}
        {mayWrite && item('Edit session state', () => setEdited('session_state'))}
        {item('Export', () => setIsExporting(true))}
        {mayDelete && item('Delete session', () => begin([session]))}
      </div>
      <Suspense>
        {edited && <JsonDialog target={target} member={edited} onClose={() => setEdited(undefined)} />}
        {isExporting && <ExportDialog target={target} name={session.name} onClose={() => setIsExporting(false)} />}
      </Suspense>
    </>
  );
}
