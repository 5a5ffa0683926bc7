import { useState } from 'react';
import { useView } from '../shell/view';
import { isFailed, type Row } from './conversation-rows';
import { readPosition } from './scroll-position';
import type { ConversationScroll } from './use-conversation-scroll';
import { type OlderMessages, type Search, useSearch } from './use-search';

/** Scrolls to what the URL names, else to where the user was before; on demand, to an error. */
export function useGoals(rows: readonly Row[], older: OlderMessages, scroll: ConversationScroll) {
  const [{ message, run }] = useView();
  const [initial] = useState(() => ({ run, position: message === undefined ? readPosition() : undefined }));
  const [errorCount, setErrorCount] = useState(0);
  const { position } = initial;
  // After a reload, the user was at the position later than at the run.
  const isAtRunBefore = position !== undefined && run === initial.run;
  const searches: readonly (Search | undefined)[] = [
    useSearch(
      message !== undefined && {
        name: message,
        subject: 'the linked message',
        find: () => rows.findIndex((row) => row.kind === 'message' && row.message.id === message),
        reveal: scroll.toIndex,
      },
      older,
    ),
    useSearch(
      run !== undefined &&
        !isAtRunBefore && {
          name: run,
          find: () => rows.findIndex((row) => row.kind === 'run' && row.run.key === run),
          reveal: scroll.show,
        },
      older,
    ),
    useSearch(
      position !== undefined && {
        name: position.key,
        subject: 'the place where you were',
        find: () => rows.findIndex(({ key }) => key === position.key),
        reveal: (index) => scroll.toPosition(index, position.offset),
      },
      older,
    ),
    useSearch(
      errorCount > 0 && {
        name: String(errorCount),
        subject: 'an error',
        find: () => indexOfError(rows, errorCount),
        reveal: scroll.toIndex,
      },
      older,
    ),
  ];
  return {
    search: searches.find((search) => search !== undefined),
    toError: () => setErrorCount((count) => count + 1),
  };
}

/** The first error of the lines, then the next ones. */
function indexOfError(rows: readonly Row[], count: number): number {
  const indexes = rows.flatMap((row, index) => (isFailed(row) ? [index] : []));
  return indexes[(count - 1) % indexes.length] ?? -1;
}
