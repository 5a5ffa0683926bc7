import { signOut, useToken } from '../api/access';
import { useSignedIn } from '../api/client';
import { IconButton } from '../components/button';
import { type Theme, useTheme } from './theme';
import styles from './top-bar.module.css';
import { DEFAULT_OVERVIEW_DAYS, useView } from './view';
import { ViewLink } from './view-link';

const NEXT_THEME: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const THEME_NAMES: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' };

/** Name of the page, database, and who is signed in. */
export function TopBar({ onHelp }: { readonly onHelp: () => void }) {
  const [theme, setTheme] = useTheme();
  return (
    <header className={styles['bar']}>
      <h1 className={styles['name']}>Sessions</h1>
      <DatabaseSwitch />
      <OverviewLink />
      <span className={styles['space']} />
      <Access />
      <IconButton icon="theme" label={`Theme: ${THEME_NAMES[theme]}`} onClick={() => setTheme(NEXT_THEME[theme])} />
      <button type="button" className={styles['help']} aria-label="Keys" title="Keys (?)" onClick={onHelp}>
        ?
      </button>
    </header>
  );
}

function OverviewLink() {
  const [{ overview }] = useView();
  const isOpen = overview !== undefined;
  return (
    <ViewLink
      className={styles['overview']}
      change={{ overview: isOpen ? undefined : DEFAULT_OVERVIEW_DAYS }}
      aria-current={isOpen ? 'page' : undefined}
    >
      Overview
    </ViewLink>
  );
}

function DatabaseSwitch() {
  const { databases } = useSignedIn();
  const [{ database }, changeView] = useView();
  if (databases.length < 2) return null;
  const selected = database ?? databases.find(({ is_default }) => is_default)?.id;
  return (
    <select
      className={styles['database']}
      aria-label="Database"
      value={selected}
      onChange={({ target }) =>
        changeView({ database: target.value, session: undefined, run: undefined, message: undefined, pane: undefined })
      }
    >
      {databases.map(({ id }) => (
        <option key={id} value={id}>
          {id}
        </option>
      ))}
    </select>
  );
}

function Access() {
  const { mode, user_id, isolated } = useSignedIn();
  const hasToken = useToken() !== undefined;
  if (mode === 'none') {
    return (
      <span className={styles['open']} title="No key is set: everybody who reaches this page may read all sessions">
        open, no sign-in
      </span>
    );
  }
  return (
    <>
      <span className={styles['user']} title={isolated ? 'Only the sessions of this user are shown' : undefined}>
        {user_id ?? 'signed in'}
      </span>
      {hasToken && <IconButton icon="key" label="Sign out" onClick={signOut} />}
    </>
  );
}
