import type { SeededRandom } from '../../support/seeded-random.js';
import type { HttpClient } from '../support/http-client.js';

/** A random request that is rarely sent twice, and its expected status. */
interface VariedRequest {
  readonly path: string;
  readonly method?: string;
  readonly body?: object;
  readonly status: number;
}

const ANY = 1_000_000_000;
const COLUMNS = ['created_at', 'updated_at', 'session_id', 'user_id', 'agent_id', 'session_type', 'metadata'];
const ORDERS = ['asc', 'desc'];
const TYPES = ['agent', 'team', 'workflow'];

/** Generators of requests with random values, which would make a cache without a size limit grow. */
const KINDS: readonly ((random: SeededRandom, pages: number) => VariedRequest)[] = [
  (random, pages) => ({ path: `/sessions?limit=20&page=${1 + random.below(pages)}`, status: 200 }),
  (random, pages) => ({ path: `/sessions?limit=20&page=${1 + random.below(pages)}&${order(random)}`, status: 200 }),
  (random) => ({ path: `/sessions?user_id=u${random.below(ANY)}&${order(random)}`, status: 200 }),
  (random) => ({ path: `/sessions?component_id=c${random.below(ANY)}&type=${random.pick(TYPES)}`, status: 200 }),
  (random) => ({ path: `/sessions?session_name=n${random.below(ANY)}&user_id=u${random.below(ANY)}`, status: 200 }),
  (random) => ({ path: `/sessions?sort_by=column${random.below(ANY)}&limit=1`, status: 200 }),
  (random) => ({ path: `/sessions?limit=0&user_id=u${random.below(ANY)}`, status: 422 }),
  (random) => ({ path: `/sessions?db_id=d${random.below(ANY)}`, status: 404 }),
  (random) => ({ path: `/sessions/s${random.below(ANY)}`, status: 404 }),
  (random) => ({ path: `/sessions/s${random.below(ANY)}/runs/r${random.below(ANY)}`, status: 404 }),
  (random) => ({ path: `/p${random.below(ANY)}`, status: 404 }),
  (random) => ({ path: '/sessions', method: 'POST', body: { runs: `r${random.below(ANY)}` }, status: 422 }),
  (random) => ({ path: `/sessions/s${random.below(ANY)}`, method: 'PATCH', body: { session_name: 'n' }, status: 404 }),
];

/**
 * Sends a random request. Resolves with a message when the response has another status than expected.
 *
 * @param pages number of stored pages of 20 sessions
 */
export async function sendVariedRequest(
  http: HttpClient,
  random: SeededRandom,
  pages: number,
): Promise<string | undefined> {
  const { path, method = 'GET', body, status } = random.pick(KINDS)(random, pages);
  const response = await http.ask(method, path, body);
  return response.status === status ? undefined : `${method} ${path} responded ${response.status} instead of ${status}`;
}

function order(random: SeededRandom): string {
  return `sort_by=${random.pick(COLUMNS)}&sort_order=${random.pick(ORDERS)}`;
}
