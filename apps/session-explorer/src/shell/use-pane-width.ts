import { useState } from 'react';

interface Bounds {
  readonly initial: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** The width of a pane in pixels, which this browser remembers, and a function that changes it within its bounds. */
export function usePaneWidth(name: string, { initial, minimum, maximum }: Bounds): [number, (width: number) => void] {
  const key = `session-explorer.width.${name}`;
  const bounded = (width: number) => Math.min(maximum, Math.max(minimum, Math.round(width)));
  const [width, setWidth] = useState(() => bounded(Number(localStorage.getItem(key)) || initial));
  return [
    width,
    (next) => {
      setWidth(bounded(next));
      localStorage.setItem(key, String(bounded(next)));
    },
  ];
}
