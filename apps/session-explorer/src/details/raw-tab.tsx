import { useMemo, useState } from 'react';
import { useToken } from '../api/access';
import { useSignedIn } from '../api/client';
import { useResponseText } from '../api/response-text';
import { curlCommand, sessionPath } from '../api/session-path';
import { objectOf, textOf } from '../api/stored-values';
import { Button } from '../components/button';
import { Icon } from '../components/icon';
import { JsonTree } from '../components/json-tree';
import { ProblemMessage } from '../components/problem-message';
import { Skeleton } from '../components/skeleton';
import { useCopy } from '../components/use-copy';
import { useView, type View } from '../shell/view';
import styles from './raw-tab.module.css';

/** What can be shown, by the value of its option. */
const CHOICES = { run: 'Selected run', session: 'Session', runs: 'Runs', messages: 'Messages' };
type Choice = keyof typeof CHOICES;

/** Responses of the service as they are, and the requests for them. */
export function RawTab({ id }: { readonly id: string }) {
  const [view] = useView();
  const [choice, setChoice] = useState<Choice>(view.run === undefined ? 'session' : 'run');
  const shown = choice === 'run' && view.run === undefined ? 'session' : choice;
  return (
    <div className={styles['tab']}>
      <select
        className={styles['choice']}
        aria-label="What to show"
        value={shown}
        onChange={({ target }) => setChoice(target.value as Choice)}
      >
        {Object.entries(CHOICES).map(([value, label]) => (
          <option key={value} value={value} disabled={value === 'run' && view.run === undefined}>
            {label}
          </option>
        ))}
      </select>
      <Pages key={`${shown} ${view.run}`} id={id} choice={shown} view={view} />
    </div>
  );
}

interface PagesProps {
  readonly id: string;
  readonly choice: Choice;
  readonly view: View;
}

/** One response, or a list of them that is walked page by page. */
function Pages({ id, choice, view }: PagesProps) {
  const [cursors, setCursors] = useState<readonly string[]>(['']);
  const path = pathOf(id, choice, view, cursors.at(-1) ?? '');
  const text = useResponseText(path);
  const isList = choice === 'runs' || choice === 'messages';
  const next = useMemo(() => (isList ? nextCursor(text.data) : undefined), [isList, text.data]);
  return (
    <>
      <div className={styles['request']}>
        <code title={path}>{`GET ${path}`}</code>
        <Actions path={path} text={text.data} />
      </div>
      {(next !== undefined || cursors.length > 1) && (
        <div className={styles['pages']}>
          <Button disabled={cursors.length === 1} onClick={() => setCursors(cursors.slice(0, -1))}>
            Newer
          </Button>
          <span>Page {cursors.length}</span>
          <Button disabled={next === undefined} onClick={() => next !== undefined && setCursors([...cursors, next])}>
            Older
          </Button>
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className={styles['body']} aria-label="Response" tabIndex={0}>
        {text.data === undefined ? (
          <>
            {text.failureCount === 0 && <Skeleton lines={8} label="Loading the response" />}
            <ProblemMessage query={text} subject="this response" />
          </>
        ) : (
          <JsonTree key={path} text={text.data} />
        )}
      </section>
    </>
  );
}

function Actions({ path, text }: { readonly path: string; readonly text: string | undefined }) {
  const { mode } = useSignedIn();
  const hasToken = useToken() !== undefined;
  const [copyText, isTextCopied] = useCopy();
  const [copyCurl, isCurlCopied] = useCopy();
  const size = useMemo(() => text && sizeOf(text), [text]);
  return (
    <div className={styles['actions']}>
      <Button disabled={text === undefined} onClick={() => copyText(text ?? '')}>
        {isTextCopied ? 'Copied' : 'Copy JSON'}
      </Button>
      <Button onClick={() => copyCurl(curlCommand(path, mode !== 'none'))}>
        {isCurlCopied ? 'Copied' : 'Copy as curl'}
      </Button>
      {/* A new tab sends cookies, but not the token of this page. */}
      {!hasToken && (
        <a href={path} target="_blank" rel="noreferrer">
          Open <Icon name="external" size={12} />
        </a>
      )}
      {size && <span>{size}</span>}
    </div>
  );
}

function pathOf(id: string, choice: Choice, { run, database }: View, cursor: string): string {
  const page = { limit: '20', cursor, db_id: database };
  switch (choice) {
    case 'run':
      return sessionPath(id, ['runs', run ?? ''], { db_id: database });
    case 'session':
      return sessionPath(id, [], { chat_history: 'false', db_id: database });
    case 'runs':
      return sessionPath(id, ['runs'], { order: 'desc', ...page });
    case 'messages':
      return sessionPath(id, ['messages'], { include: 'tools,members,reasoning', ...page });
  }
}

/** The cursor of the page after one, if there is another page. */
function nextCursor(page: string | undefined): string | undefined {
  if (page === undefined) return undefined;
  return textOf(objectOf(objectOf(JSON.parse(page))['meta'])['next_cursor']);
}

function sizeOf(text: string): string {
  const size = new TextEncoder().encode(text).length;
  if (size < 1_000) return `${size} bytes`;
  return size < 1_000_000 ? `${(size / 1_000).toFixed(1)} KB` : `${(size / 1_000_000).toFixed(1)} MB`;
}
