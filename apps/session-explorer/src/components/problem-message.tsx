import { SessionApiError, SessionConnectionError } from '@session-service/session-client';
import { useEffect, useState } from 'react';
import { signOut } from '../api/access';
import { Button } from './button';
import { Notice } from './notice';

/** The parts of a query's result that tell what is wrong with it. */
export interface FailedQuery {
  readonly error: Error | null;
  /** The last failure, while the request is repeated. */
  readonly failureReason: Error | null;
  readonly failureCount: number;
  readonly fetchStatus: 'fetching' | 'paused' | 'idle';
  readonly refetch: () => unknown;
}

interface ProblemMessageProps {
  readonly query: FailedQuery;
  /** What could not be loaded, for example `the sessions`. */
  readonly subject: string;
}

/** Tells why a query has no data: offline, repeated, or failed for good. Nothing during the first attempt. */
export function ProblemMessage({ query, subject }: ProblemMessageProps) {
  if (query.fetchStatus === 'paused') {
    return <Notice title="You are offline">This page goes on as soon as there is a connection.</Notice>;
  }
  if (query.error !== null) {
    return (
      <Notice title={titleOf(query.error, subject)} isError>
        <p>{adviceFor(query.error)}</p>
        <Actions error={query.error} refetch={query.refetch} />
      </Notice>
    );
  }
  if (query.failureReason === null) return null;
  return (
    <Notice title={titleOf(query.failureReason, subject)}>
      <Countdown key={query.failureCount} error={query.failureReason} />
      <Button onClick={() => query.refetch()}>Try now</Button>
    </Notice>
  );
}

function Actions({ error, refetch }: { readonly error: Error; readonly refetch: () => unknown }) {
  const status = statusOf(error);
  if (status === 401) return <Button onClick={signOut}>Sign in</Button>;
  if (status === 403) return <Button onClick={signOut}>Use another token</Button>;
  if (status === 404) return null;
  return <Button onClick={() => refetch()}>Try again</Button>;
}

/** The seconds until the request is repeated, if the service has named them. */
function Countdown({ error }: { readonly error: Error }) {
  const [seconds, setSeconds] = useState(() =>
    error instanceof SessionApiError ? Math.ceil((error.retryAfterMs ?? 0) / 1000) : 0,
  );
  useEffect(() => {
    const timer = setInterval(() => setSeconds((rest) => Math.max(0, rest - 1)), 1000);
    return () => clearInterval(timer);
  }, []);
  return <p>{seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again.'}</p>;
}

function statusOf(error: Error): number | undefined {
  return error instanceof SessionApiError ? error.status : undefined;
}

function titleOf(error: Error, subject: string): string {
  if (error instanceof SessionConnectionError) return 'The service cannot be reached';
  switch (statusOf(error)) {
    case 401:
      return 'Your token is not valid, or not any more';
    case 403:
      return `Your token may not read ${subject}`;
    case 404:
      return `Not found: ${subject}`;
    case 412:
      return 'Somebody else has changed this session meanwhile';
    case 503:
    case 504:
      return 'The database is not available';
    default:
      return `Could not load ${subject}`;
  }
}

function adviceFor(error: Error): string {
  switch (statusOf(error)) {
    case undefined:
      return `Check that the service runs and that the network reaches it. ${error.message}`;
    case 401:
      return 'Sign in with a current token.';
    case 404:
      return 'It does not exist, was deleted, or belongs to another user.';
    default:
      return detailWithId(error);
  }
}

/** The reason that the service gives, which for 403 names the missing scopes, and the id of the request in its log. */
export function detailWithId(error: Error): string {
  if (!(error instanceof SessionApiError)) return error.message;
  return error.requestId === undefined ? error.detail : `${error.detail} (request ${error.requestId})`;
}
