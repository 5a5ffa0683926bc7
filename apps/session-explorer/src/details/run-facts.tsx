import type { RunPreview } from '@session-service/session-client';
import { numberOf, objectOf, objectsOf, type StoredObject, textOf } from '../api/stored-values';
import { CopyableId } from '../components/copy';
import { ExactTime } from '../components/relative-time';
import { dateOf, exactTime, formatDuration, longTime } from '../components/time';
import { hrefOf, useView } from '../shell/view';
import { Facts } from './facts';
import { componentOf } from './run-row';
import { tokensOf } from './tokens';

/** Where and when a run ran, and what it took. */
export function RunFacts({ run, preview }: { readonly run: StoredObject; readonly preview: RunPreview | undefined }) {
  const metrics = objectOf(run['metrics']);
  const [ofModel = {}] = Object.values(objectOf(metrics['details'])).flatMap(objectsOf);
  const duration = numberOf(metrics['duration']);
  const firstToken = numberOf(metrics['time_to_first_token']);
  const parent = textOf(run['parent_run_id']);
  return (
    <Facts
      facts={{
        Component: componentOf(run),
        Model: textOf(preview?.model) ?? textOf(ofModel['id']),
        Provider: textOf(preview?.model_provider) ?? textOf(ofModel['provider']),
        ...timesOf(run, duration),
        Duration: duration === undefined ? undefined : formatDuration(duration),
        'First token after': firstToken === undefined ? undefined : formatDuration(firstToken),
        Tokens: tokensOf(metrics),
        Cost: numberOf(metrics['cost'])?.toLocaleString(undefined, { maximumFractionDigits: 6 }),
        User: textOf(run['user_id']),
        'Cancelled at': textOf(run['cancellation_stage']),
        'Paused at': textOf(run['paused_step_name']) ?? textOf(run['pause_kind']),
        'Member of': parent && <RunLink id={parent} />,
        'Regenerated from': linkOf(run['regenerated_from']),
        'Forked from': linkOf(run['forked_from_run_id']),
      }}
    />
  );
}

function timesOf(run: StoredObject, duration: number | undefined) {
  const started = dateOf(textOf(run['created_at']));
  if (started === undefined) return {};
  const ended = duration === undefined ? undefined : new Date(started.getTime() + duration * 1000);
  return {
    Started: <ExactTime date={started} />,
    Ended:
      ended && !Number.isNaN(ended.getTime()) ? <span title={exactTime(ended)}>{longTime(ended)}</span> : undefined,
  };
}

function linkOf(id: unknown) {
  const runId = textOf(id);
  return runId && <RunLink id={runId} />;
}

/** Selects another run. */
function RunLink({ id }: { readonly id: string }) {
  const [view, changeView] = useView();
  return (
    <>
      <CopyableId id={id} />{' '}
      <a
        href={hrefOf({ ...view, run: id, message: undefined })}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          changeView({ run: id, message: undefined });
        }}
      >
        Show run
      </a>
    </>
  );
}
