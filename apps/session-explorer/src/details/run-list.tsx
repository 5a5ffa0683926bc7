import { useEffect, useMemo, useRef, useState } from 'react';
import { VList, type VListHandle } from 'virtua';
import type { useRunPreviews } from '../api/runs';
import { numberOf, objectOf } from '../api/stored-values';
import { Button } from '../components/button';
import { loadAhead } from '../components/load-ahead';
import { hrefOf, useView } from '../shell/view';
import styles from './run-list.module.css';
import { RunRow } from './run-row';
import { runRows } from './run-rows';

/** Pixels before the end of the list at which the next page is loaded. */
const LOAD_AHEAD = 1_500;

/** The runs that are loaded, the newest first; more are loaded while the user scrolls. */
export function RunList({ runs }: { readonly runs: ReturnType<typeof useRunPreviews> }) {
  const [view, changeView] = useView();
  const list = useRef<VListHandle>(null);
  const [folds, setFolds] = useState<ReadonlyMap<string, boolean>>(new Map());
  const { data = [], hasNextPage, isFetchNextPageError, fetchNextPage } = runs;
  const rows = useMemo(() => runRows(data, folds, view.run), [data, folds, view.run]);
  const hasMembers = rows.some(({ members }) => members > 0);
  const longest = useMemo(
    () => data.reduce((longest, run) => Math.max(longest, durationOf(run.metrics) ?? 0), 0),
    [data],
  );
  const onScroll = (offset: number) => loadAhead(list.current, offset, LOAD_AHEAD, runs);

  const selected = rows.findIndex(({ run }) => run.run_id === view.run);
  // Only when another run is selected, not when pages are added.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  useEffect(() => {
    if (selected >= 0) list.current?.scrollToIndex(selected, { align: 'nearest' });
  }, [view.run]);

  const end = isFetchNextPageError ? (
    <Button onClick={() => fetchNextPage()}>Load more runs</Button>
  ) : (
    hasNextPage && 'Loading more runs'
  );
  // A function renders only the rows that are visible: the links of thousands would take too long.
  return (
    <VList ref={list} className={styles['list']} onScroll={onScroll} itemSize={62} data={[...rows, undefined]}>
      {(row) => {
        if (row === undefined) return <div className={styles['end']}>{end}</div>;
        const { run_id } = row.run;
        const opened = { run: run_id, message: undefined };
        return (
          <RunRow
            key={run_id}
            row={row}
            duration={durationOf(row.run.metrics)}
            longest={longest}
            href={hrefOf({ ...view, ...opened })}
            hasIndentation={hasMembers}
            isSelected={run_id === view.run}
            onSelect={() => changeView(opened)}
            onFold={() => setFolds(new Map(folds).set(run_id, !row.isFolded))}
          />
        );
      }}
    </VList>
  );
}

/** Seconds; undefined where none are stored. */
function durationOf(metrics: unknown): number | undefined {
  const duration = numberOf(objectOf(metrics)['duration']);
  return duration !== undefined && duration >= 0 ? duration : undefined;
}
