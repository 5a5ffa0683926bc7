import type { Session } from '@session-service/session-client';
import { useState } from 'react';

/** The sessions of a list that the user has selected. */
export interface Selection {
  /** True while rows can be selected, even if none is. */
  readonly isOn: boolean;
  /** The selected sessions by their ids. */
  readonly sessions: ReadonlyMap<string, Session>;
  readonly begin: () => void;
  readonly end: () => void;
  /** Selects a session, or no longer. */
  readonly toggle: (session: Session) => void;
  /** Selects the sessions from the one that was selected last to this one. @param items all sessions of the list */
  readonly extendTo: (session: Session, items: readonly Session[]) => void;
}

interface SelectionState {
  readonly list: string;
  readonly isOn: boolean;
  readonly sessions: ReadonlyMap<string, Session>;
  /** Id of the session that was selected last. */
  readonly last: string | undefined;
}

/** @param list identifies the list: what is selected in one list is not selected in another */
export function useSelection(list: string): Selection {
  const empty: SelectionState = { list, isOn: false, sessions: new Map(), last: undefined };
  const [state, setState] = useState(empty);
  const current = state.list === list ? state : empty;
  const { isOn, sessions, last } = current;
  const toggle = (session: Session) => {
    const changed = new Map(sessions);
    if (!changed.delete(session.session_id)) changed.set(session.session_id, session);
    setState({ list, isOn: true, sessions: changed, last: session.session_id });
  };
  const extendTo = (session: Session, items: readonly Session[]) => {
    const start = items.findIndex(({ session_id }) => session_id === last);
    const end = items.indexOf(session);
    if (start < 0) return toggle(session);
    const range = items.slice(Math.min(start, end), Math.max(start, end) + 1);
    const changed = new Map([...sessions, ...range.map((item) => [item.session_id, item] as const)]);
    setState({ list, isOn: true, sessions: changed, last: session.session_id });
  };
  return {
    isOn,
    sessions,
    begin: () => setState({ ...current, isOn: true }),
    end: () => setState(empty),
    toggle,
    extendTo,
  };
}
