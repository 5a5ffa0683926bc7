import { SessionApiError } from '@session-service/session-client';
import { useMemo } from 'react';
import { type Message, useMessages, useRefresh } from '../api/messages';
import { useRunPreviews } from '../api/runs';
import { Notice } from '../components/notice';
import { ProblemMessage } from '../components/problem-message';
import { isActive } from '../components/run-status';
import { Skeleton } from '../components/skeleton';
import { useView } from '../shell/view';
import { MessageList } from './message-list';
import type { OlderMessages } from './use-search';

/** The messages of a session as a chat. */
export function Conversation({ id }: { readonly id: string }) {
  const [{ database }] = useView();
  const query = useMessages(id, database);
  if (query.data === undefined) {
    const isLoading = query.failureReason === null && query.fetchStatus !== 'paused';
    return isLoading ? (
      <Skeleton lines={8} label="Loading messages" />
    ) : (
      <ProblemMessage query={query} subject="this conversation" />
    );
  }
  const older: OlderMessages = {
    exist: query.hasNextPage,
    isLoading: query.isFetchingNextPage,
    problem: query.isFetchNextPageError ? query.error : null,
    // By default, a second call before the first one shows would send the request again.
    load: () => void query.fetchNextPage({ cancelRefetch: false }),
  };
  return <LoadedConversation id={id} messages={query.data} older={older} />;
}

interface LoadedConversationProps {
  readonly id: string;
  readonly messages: readonly Message[];
  readonly older: OlderMessages;
}

/** Reads what is known of the runs only after the messages, which the user waits for. */
function LoadedConversation({ id, messages, older }: LoadedConversationProps) {
  const [{ database }] = useView();
  const { data: previews = [] } = useRunPreviews(id);
  const runs = useMemo(() => new Map(previews.map((preview) => [preview.run_id, preview])), [previews]);
  const begun = useMemo(() => {
    const shown = new Set(messages.map(({ runId }) => runId));
    return previews.filter(({ run_id, status }) => isActive(status) && !shown.has(run_id)).reverse();
  }, [previews, messages]);
  const refresh = useRefresh(id, database, { messages, hasBegun: begun.length > 0 });
  if (refresh.error !== null && isForGood(refresh.error)) {
    return <ProblemMessage query={refresh} subject="this conversation" />;
  }
  if (messages.length === 0 && begun.length === 0) {
    return (
      <Notice title="This session has no runs yet">
        <p>
          A run appears here when an agent, team or workflow answers with this session id, for example after a POST to
          AgentOS's /agents/AGENT_ID/runs with session_id={id}.
        </p>
      </Notice>
    );
  }
  return <MessageList messages={messages} begun={begun} runs={runs} older={older} />;
}

/** True if the messages must not be shown any longer: the token has expired, or the session is deleted. */
function isForGood(error: Error): boolean {
  return error instanceof SessionApiError && [401, 403, 404].includes(error.status);
}
