/** The line at the top of the conversation, and how many pixels of it are above the visible part. */
export interface ScrollPosition {
  readonly key: string;
  readonly offset: number;
}

/** The position that this entry of the browser's history has; undefined: the end of the conversation. */
export function readPosition(): ScrollPosition | undefined {
  const { conversation } = historyState();
  if (typeof conversation !== 'object' || conversation === null) return undefined;
  const { key, offset } = conversation as Partial<ScrollPosition>;
  return typeof key === 'string' && typeof offset === 'number' ? { key, offset } : undefined;
}

/** Remembers a position for Back and for a reload. */
export function writePosition(position: ScrollPosition | undefined): void {
  if (position === undefined && readPosition() === undefined) return;
  history.replaceState({ ...historyState(), conversation: position }, '');
}

function historyState(): { readonly conversation?: unknown } {
  const state: unknown = history.state;
  return typeof state === 'object' && state !== null ? state : {};
}
