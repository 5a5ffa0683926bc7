import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { type JsonMember, memberOf, membersOf, parseJson } from '../components/json-text';
import { dateOf } from '../components/time';
import { type Service, useService } from './client';
import { numberOf, objectOf, type StoredObject, textOf } from './stored-values';

/** The user waits for the newest messages. Further pages are larger, unless the messages are. */
const FIRST_LIMIT = 50;
const MAX_LIMIT = 200;
const MIN_LIMIT = 5;
/** Characters that a page should have at most: larger ones block the browser while they are parsed. */
const PAGE_LENGTH = 1_000_000;
const REFRESH_MS = 3_000;
/** Matches no response. Large pages have no ETag of their own. */
const NO_ETAG = '""';
/** Statuses of runs that may get more messages. */
export const ACTIVE_STATUSES: readonly string[] = ['PENDING', 'RUNNING', 'PAUSED'];

/** A message of a conversation. */
export interface Message {
  readonly id: string;
  readonly role: string;
  readonly runId: string | undefined;
  readonly parentRunId: string | undefined;
  /** In upper case; empty if unknown. */
  readonly runStatus: string;
  /** Id of the agent, team or workflow of the run. */
  readonly component: string | undefined;
  readonly createdAt: Date | undefined;
  /** All members of the message. */
  readonly values: StoredObject;
  /** The JSON text of the message as the service has sent it. */
  readonly json: () => string;
}

/** Messages that follow each other, the newest first. */
interface MessagesPage {
  readonly messages: readonly Message[];
  /** Cursor of the page with older messages. */
  readonly older: string | undefined;
  readonly etag: string;
  /** Mean number of characters of a message. */
  readonly messageLength: number;
}

/** Which page to read. */
interface PagePosition {
  /** Empty: the newest messages. */
  readonly cursor: string;
  readonly limit: number;
}

const NEWEST: PagePosition = { cursor: '', limit: FIRST_LIMIT };

type LoadedPages = InfiniteData<MessagesPage, PagePosition>;

/** The messages of a session, the oldest first. The newest are loaded first, older ones with `fetchNextPage`. */
export function useMessages(id: string, database: string | undefined) {
  const service = useService();
  return useInfiniteQuery({
    queryKey: messagesKey(id, database),
    initialPageParam: NEWEST,
    queryFn: async ({ pageParam, signal }) => {
      const page = await readPage(service, { ...pageParam, id, database, etag: NO_ETAG, signal });
      if (page === undefined) throw new TypeError('The service responded 304 to a request without an ETag');
      return page;
    },
    getNextPageParam: positionAfter,
    select: oldestFirst,
    // Only `useRefresh` reads pages again: the query client would read all that are loaded.
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
}

/** What tells whether a session may get more messages. */
interface Activity {
  readonly messages: readonly Message[];
  /** True if a run has begun and has no messages yet. */
  readonly hasBegun: boolean;
}

/** Reads the newest messages again, by a conditional request: when the session is opened again, and while it is active. */
export function useRefresh(id: string, database: string | undefined, { messages, hasBegun }: Activity) {
  const service = useService();
  const queries = useQueryClient();
  const key = messagesKey(id, database);
  const isActive =
    hasBegun || messages.slice(-FIRST_LIMIT).some(({ runStatus }) => ACTIVE_STATUSES.includes(runStatus));
  const refresh = useQuery({
    queryKey: ['messages-refresh', database, id],
    queryFn: async ({ signal }) => {
      const newest = queries.getQueryData<LoadedPages>(key)?.pages[0];
      const etag = newest?.etag ?? NO_ETAG;
      const page = await readPage(service, { ...NEWEST, id, database, etag, signal });
      if (page !== undefined) queries.setQueryData<LoadedPages>(key, (loaded) => withNewest(loaded, page));
      return Date.now();
    },
    initialData: 0,
    initialDataUpdatedAt: () => queries.getQueryState(key)?.dataUpdatedAt ?? 0,
    staleTime: REFRESH_MS,
    refetchInterval: isActive ? REFRESH_MS : false,
  });
  const { refetch } = refresh;
  // A run that has ended may have stored its last messages after they were read.
  const wasActive = useRef(false);
  useEffect(() => {
    if (wasActive.current && !isActive) void refetch();
    wasActive.current = isActive;
  }, [isActive, refetch]);
  return refresh;
}

function messagesKey(id: string, database: string | undefined) {
  return ['messages', database, id];
}

function positionAfter({ older, messageLength }: MessagesPage): PagePosition | undefined {
  if (older === undefined) return undefined;
  const limit = Math.floor(PAGE_LENGTH / messageLength);
  return { cursor: older, limit: Math.max(MIN_LIMIT, Math.min(MAX_LIMIT, limit)) };
}

function oldestFirst({ pages }: LoadedPages): readonly Message[] {
  return pages.flatMap(({ messages }) => messages).reverse();
}

interface PageRequest extends PagePosition {
  readonly id: string;
  readonly database: string | undefined;
  readonly etag: string;
  readonly signal: AbortSignal;
}

/** @returns undefined if the response with this ETag is current */
async function readPage({ client }: Service, request: PageRequest): Promise<MessagesPage | undefined> {
  const { id, database, cursor, limit, etag, signal } = request;
  const { data, response } = await client.api.GET('/sessions/{session_id}/messages', {
    params: {
      path: { session_id: id },
      query: {
        include: ['tools', 'members', 'reasoning'],
        order: 'desc',
        limit,
        cursor,
        db_id: database ?? null,
      },
      header: { 'If-None-Match': etag },
    },
    parseAs: 'text',
    signal,
  });
  return response.status === 304 ? undefined : parsePage(data ?? '', response.headers.get('etag') ?? NO_ETAG);
}

function parsePage(text: string, etag: string): MessagesPage {
  const { data, meta } = JSON.parse(text) as { readonly data: readonly unknown[]; readonly meta: unknown };
  let items: readonly JsonMember[] | undefined;
  const jsonAt = (index: number) => {
    items ??= itemsOf(text);
    return items[index]?.value.text ?? '';
  };
  return {
    messages: data.map((values, index) => messageOf(objectOf(values), () => jsonAt(index))),
    older: textOf(objectOf(meta)['next_cursor']),
    etag,
    messageLength: text.length / Math.max(1, data.length),
  };
}

/** Cut out of the text of the page, since JavaScript numbers cannot hold all digits that agents store. */
function itemsOf(page: string): readonly JsonMember[] {
  const value = parseJson(page);
  const data = value && memberOf(value, 'data');
  return data ? membersOf(data) : [];
}

function messageOf(values: StoredObject, json: () => string): Message {
  return {
    id: textOf(values['id']) ?? '',
    role: textOf(values['role']) ?? '',
    runId: textOf(values['run_id']),
    parentRunId: textOf(values['parent_run_id']),
    runStatus: textOf(values['run_status'])?.toUpperCase() ?? '',
    component: textOf(values['agent_id']) ?? textOf(values['team_id']) ?? textOf(values['workflow_id']),
    createdAt: dateOf(numberOf(values['created_at'])),
    values,
    json,
  };
}

/** The loaded pages with the newest messages as they are now. */
function withNewest(loaded: LoadedPages | undefined, page: MessagesPage): LoadedPages {
  const [newest, ...others] = loaded?.pages ?? [];
  const oldest = page.messages.at(-1);
  const index = newest?.messages.findIndex(({ id, runId }) => id === oldest?.id && runId === oldest.runId) ?? -1;
  // More new messages than a page holds: those between are not loaded, so that the conversation begins anew.
  if (loaded === undefined || newest === undefined || index < 0) return { pages: [page], pageParams: [NEWEST] };
  const messages = [...page.messages, ...newest.messages.slice(index + 1)];
  return { ...loaded, pages: [{ ...page, messages, older: newest.older }, ...others] };
}
