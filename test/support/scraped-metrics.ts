import { call } from './api.js';

/** Scrapes `/metrics` of a service. Returns the values by series name with labels. */
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

/** Number of executions of the statements with this `db_operation_name`, on all servers; undefined before the first. */
export async function executionCount(
  service: { readonly baseUrl: string },
  operation: string,
  headers?: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  const series = `db_client_operation_duration_seconds_count{db_operation_name="${operation}",`;
  const counts = [...(await scrapeMetrics(service, headers))].filter(([name]) => name.startsWith(series));
  return counts.length === 0 ? undefined : counts.reduce((sum, [, count]) => sum + count, 0);
}

/** Number of requests that wait for a database connection. */
export async function pendingRequests(service: { readonly baseUrl: string }, databaseId = 'default'): Promise<number> {
  const metrics = await scrapeMetrics(service);
  return metrics.get(`db_client_connection_pending_requests{db_id="${databaseId}"}`) ?? 0;
}
