import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Row } from './conversation-rows';
import type { OlderMessages } from './older-status';

/** Older messages are loaded when so few pixels are left above. */
const LOAD_DISTANCE = 1_500;
/** The end counts as visible up to this distance in pixels. */
const END_DISTANCE = 80;

/** What a list of lines needs to scroll as a chat does. */
export interface ConversationScroll {
  readonly container: RefObject<HTMLElement | null>;
  readonly list: RefObject<VirtualizerHandle | null>;
  /** True if lines were added before the others since the last time: those that are visible must stay where they are. */
  readonly isPrepended: boolean;
  readonly isAtEnd: boolean;
  readonly onScroll: () => void;
  readonly toLatest: () => void;
  readonly toIndex: (index: number) => void;
}

/** Opens a conversation at its end and stays there while messages are added; loads older ones when the user scrolls up. */
export function useConversationScroll(rows: readonly Row[], older: OlderMessages): ConversationScroll {
  const container = useRef<HTMLElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const previous = useRef<readonly Row[]>([]);
  const isPrepended = previous.current.length > 0 && previous.current.at(-1)?.key === rows.at(-1)?.key;

  const toLatest = useCallback(() => list.current?.scrollToIndex(rows.length - 1, { align: 'end' }), [rows.length]);
  const loadIfNear = useCallback(() => {
    const isNear = (list.current?.scrollOffset ?? Number.POSITIVE_INFINITY) < LOAD_DISTANCE;
    if (isNear && older.exist && !older.isLoading && older.problem === null) older.load();
  }, [older]);

  useLayoutEffect(() => {
    const isAppended = previous.current.at(-1)?.key !== rows.at(-1)?.key;
    previous.current = rows;
    if (isAppended && isAtEnd) toLatest();
  }, [rows, isAtEnd, toLatest]);

  // Mounted again, the list begins anew.
  useLayoutEffect(
    () => () => {
      previous.current = [];
    },
    [],
  );

  // After each page, since a short one may leave the beginning near.
  useEffect(() => {
    if (rows.length > 0) loadIfNear();
  }, [rows, loadIfNear]);

  return {
    container,
    list,
    isPrepended,
    isAtEnd,
    onScroll: () => {
      const { scrollOffset = 0, viewportSize = 0, scrollSize = 0 } = list.current ?? {};
      setIsAtEnd(scrollOffset + viewportSize >= scrollSize - END_DISTANCE);
      loadIfNear();
    },
    toLatest,
    toIndex: (index) => {
      if (index >= 0) list.current?.scrollToIndex(index, { align: 'center' });
    },
  };
}
