import { type CSSProperties, lazy, Suspense, useState } from 'react';
import { DeletionsProvider } from '../actions/deletions';
import { useSignedIn } from '../api/client';
import { Notice } from '../components/notice';
import { Skeleton } from '../components/skeleton';
import { Conversation } from '../conversation/conversation';
import { Details } from '../details/details';
import { SessionList } from '../sessions/session-list';
import styles from './explorer.module.css';
import { Help } from './help';
import { SessionHeader } from './session-header';
import { Splitter } from './splitter';
import { TopBar } from './top-bar';
import { usePaneWidth } from './use-pane-width';
import { useShortcuts } from './use-shortcuts';
import { useView } from './view';

/** Loaded when it is opened, with the library for its plots. */
const Overview = lazy(() => import('../overview/overview'));

/** List, conversation and details side by side; on narrow screens one over the other. */
export function Explorer() {
  const caller = useSignedIn();
  const [{ session, pane, database, overview }, changeView] = useView();
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const [listWidth, setListWidth] = usePaneWidth('list', { initial: 360, minimum: 320, maximum: 400 });
  const [detailsWidth, setDetailsWidth] = usePaneWidth('details', { initial: 420, minimum: 320, maximum: 720 });
  useShortcuts({ '?': () => setIsHelpOpen(true) });
  const closeSession = () => changeView({ session: undefined, run: undefined, message: undefined, pane: undefined });
  const isUnknown = database !== undefined && !caller.databases.some(({ id }) => id === database);
  const widths = { '--list-width': `${listWidth}px`, '--details-width': `${detailsWidth}px` } as CSSProperties;
  const help = <Help isOpen={isHelpOpen} onClose={() => setIsHelpOpen(false)} />;
  if (overview !== undefined && !isUnknown) {
    return (
      <DeletionsProvider>
        <div className={styles['explorer']}>
          <TopBar onHelp={() => setIsHelpOpen(true)} />
          <main className={styles['overview']}>
            <Suspense fallback={<Skeleton lines={6} label="Loading the overview" />}>
              <Overview />
            </Suspense>
          </main>
          {help}
        </div>
      </DeletionsProvider>
    );
  }
  return (
    <DeletionsProvider>
      <div className={styles['explorer']} style={widths} data-open={session !== undefined}>
        <TopBar onHelp={() => setIsHelpOpen(true)} />
        <nav className={styles['list']} aria-label="Sessions">
          {isUnknown ? <UnknownDatabase id={database} /> : <SessionList />}
          <Splitter label="Width of the list" width={listWidth} onChange={setListWidth} />
        </nav>
        <main className={styles['conversation']}>
          {session === undefined ? (
            <Notice title="No session is open">
              <p>Choose one from the list: j and k move, Enter opens, / searches, ? shows all keys.</p>
            </Notice>
          ) : (
            <>
              <SessionHeader key={session} id={session} onClose={closeSession} />
              <Conversation key={`${database} ${session}`} id={session} />
            </>
          )}
        </main>
        {session !== undefined && pane !== undefined && (
          <aside className={styles['details']} aria-label="Details">
            <Splitter label="Width of the details" width={detailsWidth} onChange={setDetailsWidth} isMirrored />
            <Details key={`${database} ${session}`} id={session} />
          </aside>
        )}
        {help}
      </div>
    </DeletionsProvider>
  );
}

function UnknownDatabase({ id }: { readonly id: string }) {
  const [, changeView] = useView();
  return (
    <Notice title={`There is no database ${id}`} isError>
      <button type="button" onClick={() => changeView({ database: undefined })}>
        Use the default database
      </button>
    </Notice>
  );
}
