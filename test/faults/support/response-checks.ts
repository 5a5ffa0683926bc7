import type { HttpResponse } from './http-client.js';
import type { TrackedSession } from './tracked-session.js';

interface Detail {
  readonly session_id: string;
  readonly session_name: string;
  readonly session_state?: { readonly revision: string } | null;
  readonly metadata?: { readonly revision: string } | null;
  readonly session_summary?: { readonly summary: string } | null;
}

interface List {
  readonly data: readonly { readonly session_id: string; readonly session_name: string }[];
  readonly meta: { readonly total_count: number };
}

/** Returns a message when a response contradicts the known state of its session. Ignores errors except 404 and 409. */
export function detailViolation(session: TrackedSession, response: HttpResponse): string | undefined {
  return checkBody(session, response, (body: Detail) => {
    if (body.session_id !== session.id) return `the response for ${session.id} contains ${body.session_id}`;
    const { session_state: state, metadata, session_summary: summary } = body;
    return session.violationOf({
      name: body.session_name,
      revisions: [state?.revision, metadata?.revision, summary?.summary],
    });
  });
}

export function runsViolation(session: TrackedSession, response: HttpResponse): string | undefined {
  return checkBody(session, response, (runs: readonly { readonly run_id: string }[]) => {
    const foreign = runs.find(({ run_id: id }, index) => id !== session.runId(index));
    return foreign === undefined ? session.violationOf({ runs: runs.length }) : `${session.id} has ${foreign.run_id}`;
  });
}

/**
 * Checks the list of a client: it contains every session that must exist and no session that cannot exist. The total is
 * checked as a range, because the service counts after it has read the page, and a write of unknown outcome may come
 * between.
 */
export function listViolation(sessions: readonly TrackedSession[], response: HttpResponse): string | undefined {
  if (response.status !== 200) return undefined;
  const body = parsed<List>(response);
  if (body === undefined) return 'a list is not JSON';
  const { total_count: total } = body.meta;
  const minimum = sessions.filter(({ mustExist }) => mustExist).length;
  const maximum = sessions.filter(({ mayExist }) => mayExist).length;
  if (total < minimum || total > maximum) return `the total is ${total}, expected ${minimum} to ${maximum}`;
  const names = new Map(body.data.map((item) => [item.session_id, item.session_name]));
  for (const session of sessions) {
    const name = names.get(session.id);
    const violation = session.violationOf(name === undefined ? undefined : { name });
    if (violation !== undefined) return `in a list: ${violation}`;
    names.delete(session.id);
  }
  return names.size === 0 ? undefined : `the list contains sessions of other clients: ${[...names.keys()]}`;
}

function checkBody<Body>(session: TrackedSession, response: HttpResponse, check: (body: Body) => string | undefined) {
  if (response.status === 404) return session.violationOf(undefined);
  if (response.status === 409) return `${session.id} was created by another client`;
  if (response.status >= 300 || response.status === 0) return undefined;
  const body = parsed<Body>(response);
  return body === undefined ? `the response for ${session.id} is not JSON` : check(body);
}

function parsed<Body>({ body }: HttpResponse): Body | undefined {
  try {
    return JSON.parse(body) as Body;
  } catch {
    return undefined;
  }
}
