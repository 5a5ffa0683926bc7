import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { useService } from '../api/client';
import { removeFromLists } from '../api/sessions';
import { Button, IconButton } from '../components/button';
import { useLeavingQuestion } from '../shell/use-leaving-question';
import { useShortcuts } from '../shell/use-shortcuts';
import { useView } from '../shell/view';
import styles from './deletion-bar.module.css';
import { failureText } from './failure-text';

/** The time in which a deletion can be undone. */
const UNDO_SECONDS = 8;
/** The time for which success is shown. */
const RESULT_MS = 5_000;

/** A session that is to be deleted. */
export interface DeletedSession {
  readonly id: string;
  readonly name: string;
  /** As the request names it: agent, team or workflow. */
  readonly type: string | null | undefined;
}

/** Sessions that are deleted by one request, once the time to undo that has passed. */
export interface Deletion {
  readonly key: number;
  readonly database: string | undefined;
  readonly sessions: readonly DeletedSession[];
}

interface DeletionBarProps {
  readonly deletion: Deletion;
  /** True: the key z undoes it. */
  readonly isNewest: boolean;
  /** Forgets the deletion: it was undone or has ended. */
  readonly onEnd: () => void;
}

/** One deletion: the seconds in which it can be undone, then its request and what came of it. */
export function DeletionBar({ deletion, isNewest, onEnd }: DeletionBarProps) {
  const request = useDeletionRequest(deletion);
  const { sessions } = deletion;
  useLeavingQuestion(request.isIdle || request.isPending);
  useShortcuts({ ...(isNewest && request.isIdle && { z: onEnd }) });
  return (
    <section className={styles['bar']} aria-label="Deletion">
      {request.isIdle && <Countdown sessions={sessions} onPassed={() => request.mutate()} onUndo={onEnd} />}
      {request.isPending && (
        <p role="status">
          Deleting <What sessions={sessions} />
        </p>
      )}
      {request.isSuccess && <Success sessions={sessions} onEnd={onEnd} />}
      {request.isError && (
        <>
          <div role="alert" className={styles['text']}>
            <p className={styles['failure']}>
              <What sessions={sessions} /> not deleted
            </p>
            <p>{failureText(request.error)}</p>
          </div>
          <Button onClick={() => request.mutate()}>Try again</Button>
          <IconButton icon="close" label="Close" onClick={onEnd} />
        </>
      )}
    </section>
  );
}

/** The request of a deletion, which deletes all of its sessions or none. */
function useDeletionRequest({ sessions, database }: Deletion) {
  const { client } = useService();
  const queries = useQueryClient();
  const [view, changeView] = useView();
  return useMutation({
    mutationFn: () =>
      client.delete('/sessions', {
        params: { query: { db_id: database ?? null } },
        body: { session_ids: sessions.map(({ id }) => id), session_types: sessions.map(({ type }) => typeOf(type)) },
      }),
    onSuccess: () => {
      const ids = new Set(sessions.map(({ id }) => id));
      removeFromLists(queries, database, ids);
      if (view.database === database && view.session !== undefined && ids.has(view.session)) {
        changeView({ session: undefined, run: undefined, message: undefined, pane: undefined }, { replace: true });
      }
    },
  });
}

interface CountdownProps {
  readonly sessions: readonly DeletedSession[];
  readonly onPassed: () => void;
  readonly onUndo: () => void;
}

function Countdown({ sessions, onPassed, onUndo }: CountdownProps) {
  const [seconds, setSeconds] = useState(UNDO_SECONDS);
  const tick = useEffectEvent(() => (seconds > 1 ? setSeconds(seconds - 1) : onPassed()));
  useEffect(() => {
    const timer = setInterval(() => tick(), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <div className={styles['text']}>
        <p role="status">
          <What sessions={sessions} /> will be deleted
          {/* A screen reader need not read each second. */}
          <span aria-hidden="true"> in {seconds} s</span>
        </p>
        <p>If you leave this page before, nothing is deleted.</p>
      </div>
      <Button kind="primary" onClick={onUndo} title="Undo (z)">
        Undo
      </Button>
      <Button onClick={onPassed}>Delete now</Button>
    </>
  );
}

function Success({ sessions, onEnd }: { readonly sessions: readonly DeletedSession[]; readonly onEnd: () => void }) {
  const end = useEffectEvent(onEnd);
  useEffect(() => {
    const timer = setTimeout(() => end(), RESULT_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p role="status">
      <What sessions={sessions} /> deleted
    </p>
  );
}

/** One session by its name, several by their number. */
function What({ sessions }: { readonly sessions: readonly DeletedSession[] }) {
  const [first] = sessions;
  if (first === undefined || sessions.length > 1) return `${sessions.length.toLocaleString()} sessions`;
  return <bdi className={styles['name']}>“{first.name}”</bdi>;
}

/** The service checks that a type exists, and deletes sessions of each type alike. */
function typeOf(type: string | null | undefined): 'agent' | 'team' | 'workflow' {
  return type === 'team' || type === 'workflow' ? type : 'agent';
}
