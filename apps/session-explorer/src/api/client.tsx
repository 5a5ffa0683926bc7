import {
  type operations,
  SessionApiError,
  SessionClient,
  SessionConnectionError,
} from '@session-service/session-client';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useState } from 'react';
import { useToken } from './access';
import { type Permissions, permissionsOf } from './permissions';

/** Who the caller is, and what the service lets them do. */
export type Caller = operations['get_explorer_whoami']['responses'][200]['content']['application/json'];

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
        retryDelay: retryDelayMs,
        refetchOnWindowFocus: false,
        staleTime: 30_000,
      },
    },
  });
}

/** The milliseconds before a request is repeated: what the service asks for, else more after each attempt. */
export function retryDelayMs(attempt: number, error: unknown): number {
  const asked = error instanceof SessionApiError ? error.retryAfterMs : undefined;
  return asked ?? Math.min(MAX_DELAY_MS, 500 * 2 ** attempt);
}

/** Provides `useService`, and a cache of responses for each token, so that no user sees what another one has loaded. */
export function ServiceProvider({ children }: { readonly children: ReactNode }) {
  const token = useToken();
  return (
    <ServiceOfToken key={token} token={token}>
      {children}
    </ServiceOfToken>
  );
}

function ServiceOfToken({ token, children }: { readonly token: string | undefined; readonly children: ReactNode }) {
  const [queries] = useState(createQueryClient);
  const [service] = useState<Service>(() => {
    // Requests are repeated by the query client instead, which tells the user.
    const options = { baseUrl: location.origin, retry: { maxAttempts: 1 } };
    return { client: new SessionClient(token === undefined ? options : { ...options, token }), token };
  });
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
export function fetchFromService(service: Service, path: string, signal?: AbortSignal): Promise<Response> {
  return sendToService(service, path, signal && { signal });
}

/** Sends any request to the service, for bodies that must be sent as they are written. */
export async function sendToService({ token }: Service, path: string, init: RequestInit = {}): Promise<Response> {
  const request = new Request(new URL(path, location.origin), init);
  if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`);
  const response = await fetch(request).catch((error: unknown) => {
    request.signal.throwIfAborted();
    throw new SessionConnectionError(request, error);
  });
  if (!response.ok) throw await SessionApiError.of(request, response);
  return response;
}

/** The caller; an error with status 401 means that the user has to sign in. */
export function useCaller() {
  const { client } = useService();
  return useQuery({
    queryKey: ['whoami'],
    queryFn: ({ signal }) => client.get('/explorer/whoami', { signal }),
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

/** What the caller may do with sessions. Must be called below `CallerProvider`. */
export function usePermissions(): Permissions {
  return permissionsOf(useSignedIn().scopes);
}
