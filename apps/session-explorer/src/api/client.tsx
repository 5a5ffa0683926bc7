import { SessionApiError, SessionClient, SessionConnectionError } from '@session-service/session-client';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useMemo } from 'react';
import { useToken } from './access';

/** Who the caller is, and what the service lets them do: the response of `GET /explorer/whoami`. */
export interface Caller {
  readonly mode: string;
  readonly user_id: string | null;
  /** Null where scopes do not apply. */
  readonly scopes: readonly string[] | null;
  /** True if lists contain only the caller's own sessions. */
  readonly isolated: boolean;
  readonly databases: readonly { readonly id: string; readonly is_default: boolean }[];
}

/** Requests to the service with the token of the user, if there is one. */
export interface Service {
  readonly client: SessionClient;
  readonly token: string | undefined;
}

const ServiceContext = createContext<Service | undefined>(undefined);

/** Reads are repeated for about two minutes, as long as a database may take to come back. */
const MAX_RETRIES = 20;
const MAX_DELAY_MS = 10_000;

/** True if the same request may succeed later: the service or its database is busy or down. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof SessionConnectionError) return true;
  return error instanceof SessionApiError && [429, 502, 503, 504].includes(error.status);
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (count, error) => isTemporary(error) && count < MAX_RETRIES,
        retryDelay: (count, error) => delayMs(error) ?? Math.min(MAX_DELAY_MS, 500 * 2 ** count),
        refetchOnWindowFocus: false,
        staleTime: 30_000,
      },
    },
  });
}

/** The milliseconds that the service asks to wait. */
function delayMs(error: unknown): number | undefined {
  return error instanceof SessionApiError ? error.retryAfterMs : undefined;
}

/** Provides `useService`, and a cache of responses for each token, so that no user sees what another one has loaded. */
export function ServiceProvider({ children }: { readonly children: ReactNode }) {
  const token = useToken();
  const service = useMemo<Service>(() => {
    // Repeated by the query client instead, which tells the user.
    const options = { baseUrl: location.origin, retry: { maxAttempts: 1 } };
    return { client: new SessionClient(token === undefined ? options : { ...options, token }), token };
  }, [token]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another service must not share the cache.
  const queries = useMemo(createQueryClient, [service]);
  return (
    <ServiceContext value={service}>
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </ServiceContext>
  );
}

/** Must be called below `ServiceProvider`. */
export function useService(): Service {
  const service = use(ServiceContext);
  if (service === undefined) throw new Error('useService needs a ServiceProvider');
  return service;
}

/** Sends a GET request to any path of the service, for responses that the typed client does not have, such as files. */
export async function fetchFromService({ token }: Service, path: string, signal?: AbortSignal): Promise<Response> {
  const request = new Request(new URL(path, location.origin), {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(signal && { signal }),
  });
  const response = await fetch(request).catch((error: unknown) => {
    request.signal.throwIfAborted();
    throw new SessionConnectionError(request, error);
  });
  if (!response.ok) throw await SessionApiError.of(request, response);
  return response;
}

/** The caller; an error with status 401 means that the user has to sign in. */
export function useCaller() {
  const service = useService();
  return useQuery({
    queryKey: ['whoami'],
    queryFn: async ({ signal }): Promise<Caller> =>
      (await fetchFromService(service, '/explorer/whoami', signal)).json() as Promise<Caller>,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const CallerContext = createContext<Caller | undefined>(undefined);

/** Provides `useSignedIn` to the views that are only shown to a caller that the service knows. */
export const CallerProvider = CallerContext.Provider;

/** The caller. Must be called below `CallerProvider`. */
export function useSignedIn(): Caller {
  const caller = use(CallerContext);
  if (caller === undefined) throw new Error('useSignedIn needs a CallerProvider');
  return caller;
}
