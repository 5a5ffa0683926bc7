import { useSyncExternalStore } from 'react';

/** A key or token that the user has pasted. Kept in memory; in sessionStorage only if the user has asked for that. */
const KEY = 'session-explorer.token';
const listeners = new Set<() => void>();
let token = sessionStorage.getItem(KEY) ?? undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Uses a token from now on. @param isRemembered also after a reload of this tab */
export function signIn(value: string, isRemembered: boolean): void {
  token = value;
  if (isRemembered) sessionStorage.setItem(KEY, value);
  for (const listener of listeners) listener();
}

/** Forgets the token. */
export function signOut(): void {
  token = undefined;
  sessionStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

/** The token of the user; undefined in open mode, with a cookie, or before the user signs in. */
export function useToken(): string | undefined {
  return useSyncExternalStore(subscribe, () => token);
}
