import type { KeyboardEvent, PointerEvent } from 'react';
import styles from './splitter.module.css';

interface SplitterProps {
  readonly label: string;
  readonly width: number;
  readonly onChange: (width: number) => void;
  /** True if the pane is on the right of the line. */
  readonly isMirrored?: boolean;
}

const STEP = 16;

/** The line between two panes. Dragging it, or its arrow keys, change the width of one of them. */
export function Splitter({ label, width, onChange, isMirrored = false }: SplitterProps) {
  const direction = isMirrored ? -1 : 1;
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const line = event.currentTarget;
    const start = event.clientX;
    line.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) => onChange(width + direction * (moved.clientX - start));
    line.addEventListener('pointermove', move);
    line.addEventListener('lostpointercapture', () => line.removeEventListener('pointermove', move), { once: true });
  };
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key === 'ArrowLeft') onChange(width - direction * STEP);
    if (key === 'ArrowRight') onChange(width + direction * STEP);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: <hr> cannot be focused and moved.
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      tabIndex={0}
      className={styles['splitter']}
      data-mirrored={isMirrored || undefined}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  );
}
