import { call } from './api.js';

/** The series that a service exports at `/metrics`: values by name and labels. */
export async function scrapeMetrics(
  { baseUrl }: { readonly baseUrl: string },
  headers: Readonly<Record<string, string>> = {},
): Promise<ReadonlyMap<string, number>> {
  const { text } = await call(baseUrl, '/metrics', { headers });
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** Number of requests that wait for a connection to a database. */
export async function pendingRequests(service: { readonly baseUrl: string }, databaseId = 'default'): Promise<number> {
  const metrics = await scrapeMetrics(service);
  return metrics.get(`db_client_connection_pending_requests{db_id="${databaseId}"}`) ?? 0;
}
