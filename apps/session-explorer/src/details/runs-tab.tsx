import { useState } from 'react';
import { useFirstFailedRun, useRunPreviews } from '../api/runs';
import { Button, IconButton } from '../components/button';
import { Notice } from '../components/notice';
import { formatNumber } from '../components/number-format';
import { ProblemMessage } from '../components/problem-message';
import { statusName } from '../components/run-status';
import { Skeleton } from '../components/skeleton';
import { useView } from '../shell/view';
import { RunDetail } from './run-detail';
import { RunList } from './run-list';
import styles from './runs-tab.module.css';

/** The runs of a session over time, and below them the one that is selected. */
export function RunsTab({ id }: { readonly id: string }) {
  const [{ run }, changeView] = useView();
  const runs = useRunPreviews(id);
  if (runs.data === undefined) {
    return (
      <>
        {runs.failureCount === 0 && <Skeleton lines={8} label="Loading runs" />}
        <ProblemMessage query={runs} subject="the runs of this session" />
      </>
    );
  }
  if (runs.data.length === 0 && !runs.hasNextPage) {
    return (
      <Notice title="This session has no runs">
        <p>The first message to its agent, team or workflow begins one.</p>
      </Notice>
    );
  }
  const preview = runs.data.find(({ run_id }) => run_id === run);
  return (
    <div className={styles['tab']} data-detail={run !== undefined || undefined}>
      <div className={styles['list']}>
        <RunsToolbar id={id} runs={runs} />
        <RunList runs={runs} />
      </div>
      {run !== undefined && (
        <RunDetail
          key={run}
          sessionId={id}
          runId={run}
          preview={preview}
          onClose={() => changeView({ run: undefined })}
        />
      )}
    </div>
  );
}

function RunsToolbar({ id, runs }: { readonly id: string; readonly runs: ReturnType<typeof useRunPreviews> }) {
  const [, changeView] = useView();
  const first = useFirstFailedRun(id);
  const [hasNone, setHasNone] = useState(false);
  const items = runs.data ?? [];
  const known = runs.hasNextPage ? undefined : items.findLast(({ status }) => statusName(status) === 'ERROR');
  const jump = async () => {
    const failed = known?.run_id ?? (await first.mutateAsync());
    if (failed === undefined) setHasNone(true);
    else changeView({ run: failed });
  };
  const count = `${formatNumber(items.length)}${runs.hasNextPage ? '+' : ''}`;
  return (
    <div className={styles['toolbar']}>
      <p>{items.length === 1 ? '1 run' : `${count} runs`}, newest first</p>
      <IconButton icon="refresh" label="Refresh runs" disabled={runs.isFetching} onClick={() => runs.refetch()} />
      {(runs.hasNextPage || known !== undefined) && (
        <Button className={styles['jump']} disabled={first.isPending || hasNone} onClick={jump}>
          {hasNone ? 'No run has failed' : first.isPending ? 'Searching' : 'Jump to first error'}
        </Button>
      )}
    </div>
  );
}
