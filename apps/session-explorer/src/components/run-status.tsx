import { Icon, type IconName } from './icon';
import styles from './run-status.module.css';

interface Appearance {
  readonly word: string;
  readonly icon: IconName;
  /** The class of its colour. */
  readonly kind: 'error' | 'paused' | 'completed' | 'running' | 'quiet';
}

const APPEARANCES: Readonly<Record<string, Appearance>> = {
  COMPLETED: { word: 'Completed', icon: 'check', kind: 'completed' },
  ERROR: { word: 'Error', icon: 'error', kind: 'error' },
  RUNNING: { word: 'Running', icon: 'running', kind: 'running' },
  PENDING: { word: 'Pending', icon: 'clock', kind: 'running' },
  PAUSED: { word: 'Paused', icon: 'pause', kind: 'paused' },
  CANCELLED: { word: 'Cancelled', icon: 'cancelled', kind: 'quiet' },
  REGENERATED: { word: 'Regenerated', icon: 'refresh', kind: 'quiet' },
};

/** The stored status in upper case; undefined if there is none. Stored values may be of any type. */
export function statusName(status: unknown): string | undefined {
  return typeof status === 'string' && status !== '' ? status.toUpperCase() : undefined;
}

/** True for a run that may still change by itself. */
export function isActive(status: unknown): boolean {
  return ['RUNNING', 'PENDING'].includes(statusName(status) ?? '');
}

/** The status of a run as an icon with a word. An unknown status is shown as it is stored. */
export function RunStatus({ status }: { readonly status: unknown }) {
  const { word, icon, kind } = appearanceOf(status);
  return (
    <span className={`${styles['status']} ${styles[kind]}`}>
      <Icon name={icon} size={14} />
      <span>{word}</span>
    </span>
  );
}

function appearanceOf(status: unknown): Appearance {
  const name = statusName(status);
  const known = name !== undefined && Object.hasOwn(APPEARANCES, name) ? APPEARANCES[name] : undefined;
  return known ?? { word: name === undefined ? 'No status' : String(status), icon: 'clock', kind: 'quiet' };
}
