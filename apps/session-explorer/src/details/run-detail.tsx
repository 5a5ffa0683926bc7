import type { RunPreview } from '@session-service/session-client';
import { type ReactNode, useMemo } from 'react';
import { useSignedIn } from '../api/client';
import { useResponseText } from '../api/response-text';
import { curlCommand, sessionPath } from '../api/session-path';
import { type StoredObject, textOf } from '../api/stored-values';
import { Button, IconButton } from '../components/button';
import { CopyableId } from '../components/copy';
import { type JsonValue, parseJson } from '../components/json-text';
import { ProblemMessage } from '../components/problem-message';
import { isActive, RunStatus, statusName } from '../components/run-status';
import { Skeleton } from '../components/skeleton';
import { useCopy } from '../components/use-copy';
import { useView } from '../shell/view';
import { JsonSections } from './json-section';
import { LongText } from './long-text';
import styles from './run-detail.module.css';
import { RunFacts } from './run-facts';
import { RunTools } from './run-tools';

interface RunDetailProps {
  readonly sessionId: string;
  readonly runId: string;
  /** Undefined if the run is not among those that are loaded. */
  readonly preview: RunPreview | undefined;
  readonly onClose: () => void;
}

/** What is stored of the selected run, without its messages, which the conversation shows. */
export function RunDetail({ sessionId, runId, preview, onClose }: RunDetailProps) {
  const [{ database }] = useView();
  const path = sessionPath(sessionId, ['runs', runId], { db_id: database });
  const text = useResponseText(path, isActive(preview?.status));
  const json = useMemo(() => (text.data === undefined ? undefined : parseJson(text.data)), [text.data]);
  const run = useMemo(() => (json === undefined ? undefined : (JSON.parse(json.text) as StoredObject)), [json]);
  return (
    <section className={styles['detail']} aria-label="Selected run">
      <div className={styles['head']}>
        <IconButton className={styles['back']} icon="back" label="All runs" onClick={onClose} />
        {(run ?? preview) && <RunStatus status={run?.['status'] ?? preview?.status} />}
        <CopyableId id={runId} />
        <span className={styles['space']} />
        <Actions path={path} />
        <IconButton className={styles['close']} icon="close" label="Close run" onClick={onClose} />
      </div>
      <div className={styles['body']}>
        {run === undefined || json === undefined ? (
          <>
            {text.failureCount === 0 && <Skeleton lines={6} label="Loading run" />}
            <ProblemMessage query={text} subject="this run" />
          </>
        ) : (
          <Content run={run} json={json} preview={preview} />
        )}
      </div>
    </section>
  );
}

function Actions({ path }: { readonly path: string }) {
  const { mode } = useSignedIn();
  const [, changeView] = useView();
  const [copy, isCopied] = useCopy();
  return (
    <>
      <Button className={styles['action']} onClick={() => changeView({ pane: 'raw' })}>
        Raw JSON
      </Button>
      <Button className={styles['action']} onClick={() => copy(curlCommand(path, mode !== 'none'))}>
        {isCopied ? 'Copied' : 'Copy as curl'}
      </Button>
    </>
  );
}

interface ContentProps {
  readonly run: StoredObject;
  readonly json: JsonValue;
  readonly preview: RunPreview | undefined;
}

function Content({ run, json, preview }: ContentProps) {
  const content = textOf(run['content']);
  const hasFailed = statusName(run['status']) === 'ERROR';
  const input = textOf(run['run_input']);
  const followups = Array.isArray(run['followups'])
    ? run['followups'].filter((text) => textOf(text) !== undefined)
    : [];
  return (
    <>
      {hasFailed && (
        <Part title="Error" isError>
          <LongText text={content ?? 'The run has failed without a message.'} />
        </Part>
      )}
      <RunFacts run={run} preview={preview} />
      {input !== undefined && (
        <Part title="Input">
          <LongText text={input} />
        </Part>
      )}
      {!hasFailed && content !== undefined && (
        <Part title="Output">
          <LongText text={content} />
        </Part>
      )}
      <RunTools json={json} />
      {followups.length > 0 && (
        <Part title="Follow-ups">
          <ul className={styles['followups']}>
            {followups.map((text, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: texts may be repeated.
              <li key={index} dir="auto">
                {text}
              </li>
            ))}
          </ul>
        </Part>
      )}
      <JsonSections json={json} titles={content === undefined ? { content: 'Output', ...TITLES } : TITLES} />
    </>
  );
}

/** Members that are shown as JSON if they are not empty. */
const TITLES = {
  metadata: 'Metadata',
  session_state: 'Session state after the run',
  metrics: 'Metrics',
  references: 'References',
  citations: 'Citations',
  step_results: 'Results of steps',
  step_executor_runs: 'Runs of steps',
  step_requirements: 'Requirements of steps',
  events: 'Events',
  input_media: 'Media of the input',
};

interface PartProps {
  readonly title: string;
  readonly isError?: boolean;
  readonly children: ReactNode;
}

function Part({ title, isError = false, children }: PartProps) {
  return (
    <div className={isError ? styles['error'] : styles['part']}>
      <h3>{title}</h3>
      {children}
    </div>
  );
}
