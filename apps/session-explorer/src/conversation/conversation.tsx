import { useMessages, useRefresh } from '../api/messages';
import { Notice } from '../components/notice';
import { ProblemMessage } from '../components/problem-message';
import { Skeleton } from '../components/skeleton';
import { useView } from '../shell/view';
import { MessageList } from './message-list';

/** The messages of a session as a chat. */
export function Conversation({ id }: { readonly id: string }) {
  const [{ database }] = useView();
  const query = useMessages(id, database);
  const messages = query.data;
  useRefresh(id, database, messages);
  if (messages === undefined) {
    const isLoading = query.failureReason === null && query.fetchStatus !== 'paused';
    return isLoading ? (
      <Skeleton lines={8} label="Loading messages" />
    ) : (
      <ProblemMessage query={query} subject="this conversation" />
    );
  }
  if (messages.length === 0) {
    return (
      <Notice title="This session has no messages yet">
        <p>Messages appear here as soon as an agent, team or workflow has finished a run with this session_id.</p>
      </Notice>
    );
  }
  return (
    <MessageList
      messages={messages}
      older={{
        exist: query.hasNextPage,
        isLoading: query.isFetchingNextPage,
        problem: query.isFetchNextPageError ? query.error : null,
        load: () => void query.fetchNextPage(),
      }}
    />
  );
}
