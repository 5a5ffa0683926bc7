import { useEffect, useRef } from 'react';

/** A scroll position, and how many items were loaded for it. */
export interface KeptScroll {
  readonly offset: number;
  readonly items: number;
}

/**
 * The scroll position that the history entry of this page has, if it was reloaded or is visited again; then the current one is kept
 * for the next time.
 *
 * @param name of the scrolled list
 * @param current called when the page is left
 */
export function useKeptScroll(name: string, current: () => KeptScroll | undefined): KeptScroll | undefined {
  const kept = useRef((history.state as Record<string, KeptScroll> | null)?.[name]);
  const latest = useRef(current);
  latest.current = current;
  useEffect(() => {
    const keep = () => history.replaceState({ ...history.state, [name]: latest.current() }, '');
    // Chromium may lose what is written in `pagehide` of a reload; Safari on phones has no `beforeunload`.
    const events = ['beforeunload', 'pagehide'];
    for (const event of events) addEventListener(event, keep);
    return () => {
      for (const event of events) removeEventListener(event, keep);
    };
  }, [name]);
  return kept.current;
}
