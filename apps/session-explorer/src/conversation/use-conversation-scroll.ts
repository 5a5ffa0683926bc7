import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Message } from '../api/messages';
import { useView } from '../shell/view';
import type { Row } from './conversation-rows';
import { type ScrollPosition, writePosition } from './scroll-position';
import type { OlderMessages } from './use-search';

/** Older messages are loaded when so few pixels are left above. */
const LOAD_DISTANCE = 1_500;
/** The end counts as visible up to this distance in pixels. */
const END_DISTANCE = 80;
/** Browsers limit how often an entry of their history may change: Safari to 100 times in 30 seconds. */
const REMEMBER_MS = 500;

/** What a list of lines needs to scroll as a chat does. */
export interface ConversationScroll {
  readonly container: RefObject<HTMLElement | null>;
  readonly list: RefObject<VirtualizerHandle | null>;
  /** True if lines were added before the others since the last time: those that are visible must stay where they are. */
  readonly isPrepended: boolean;
  readonly isAtEnd: boolean;
  readonly onScroll: () => void;
  readonly toLatest: () => void;
  /** Scrolls a line to the middle. */
  readonly toIndex: (index: number) => void;
  /** Scrolls a line to the top, unless it is visible. */
  readonly show: (index: number) => void;
  /** Scrolls so that some pixels of a line are above the visible part. */
  readonly toPosition: (index: number, offset: number) => void;
}

/** Opens a conversation at its end and stays there while messages are added; loads older ones when the user scrolls up. */
export function useConversationScroll(
  messages: readonly Message[],
  rows: readonly Row[],
  older: OlderMessages,
): ConversationScroll {
  const container = useRef<HTMLElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const previous = useRef<Ends>({ first: undefined, last: undefined });
  const { first, last } = endsOf(messages, rows);
  const isPrepended = previous.current.last === last && previous.current.first !== first;

  const toLatest = useCallback(() => list.current?.scrollToIndex(rows.length - 1, { align: 'end' }), [rows.length]);
  const loadIfNear = useCallback(() => {
    const { scrollOffset = 0, viewportSize = 0, scrollSize = 0 } = list.current ?? {};
    // A list that is about to scroll to its end is still at its beginning.
    const above = isAtEnd ? scrollSize - viewportSize : scrollOffset;
    if (above < LOAD_DISTANCE && older.exist && !older.isLoading && older.problem === null) older.load();
  }, [older, isAtEnd]);

  useLayoutEffect(() => {
    const isAppended = previous.current.last !== last;
    previous.current = { first, last };
    if (isAppended && isAtEnd) toLatest();
  }, [first, last, isAtEnd, toLatest]);

  // Mounted again, the list begins anew.
  useLayoutEffect(
    () => () => {
      previous.current = { first: undefined, last: undefined };
    },
    [],
  );

  // After each page, since a short one may leave the beginning near.
  useEffect(() => {
    if (rows.length > 0) loadIfNear();
  }, [rows, loadIfNear]);

  const remember = useThrottled(() => writePosition(isAtEnd ? undefined : positionOf(list.current, rows)));
  // Each view is an entry of its own in the history.
  const [view] = useView();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `remember` is another function at each time.
  useEffect(remember, [view]);
  return {
    container,
    list,
    isPrepended,
    isAtEnd,
    onScroll: () => {
      const { scrollOffset = 0, viewportSize = 0, scrollSize = 0 } = list.current ?? {};
      setIsAtEnd(scrollOffset + viewportSize >= scrollSize - END_DISTANCE);
      loadIfNear();
      remember();
    },
    toLatest,
    toIndex: (index) => list.current?.scrollToIndex(index, { align: 'center' }),
    show: (index) => {
      const { scrollOffset = 0, viewportSize = 0 } = list.current ?? {};
      const distance = (list.current?.getItemOffset(index) ?? 0) - scrollOffset;
      if (distance < 0 || distance > viewportSize) list.current?.scrollToIndex(index);
    },
    toPosition: (index, offset) => list.current?.scrollToIndex(index, { offset }),
  };
}

/** Identify the first message and the last line. */
interface Ends {
  readonly first: string | undefined;
  readonly last: string | undefined;
}

function endsOf([message]: readonly Message[], rows: readonly Row[]): Ends {
  return { first: message && `${message.runId} ${message.id}`, last: rows.at(-1)?.key };
}

function positionOf(list: VirtualizerHandle | null, rows: readonly Row[]): ScrollPosition | undefined {
  if (list === null) return undefined;
  const index = list.findItemIndex(list.scrollOffset);
  const row = rows[index];
  return row && { key: row.key, offset: list.scrollOffset - list.getItemOffset(index) };
}

/** Calls the latest `action` some time after the first of several calls. */
function useThrottled(action: () => void): () => void {
  const current = useRef(action);
  current.current = action;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return () => {
    if (timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      current.current();
    }, REMEMBER_MS);
  };
}
