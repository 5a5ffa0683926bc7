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

/** What is wrong with the answer to a detail or a change, in words. Refusals say nothing about the session. */
export function detailViolation(session: TrackedSession, answer: HttpResponse): string | undefined {
  return judged(session, answer, (body: Detail) => {
    if (body.session_id !== session.id) return `${session.id} was answered with ${body.session_id}`;
    const { session_state: state, metadata, session_summary: summary } = body;
    return session.faultOf({
      name: body.session_name,
      revisions: [state?.revision, metadata?.revision, summary?.summary],
    });
  });
}

export function runsViolation(session: TrackedSession, answer: HttpResponse): string | undefined {
  return judged(session, answer, (runs: readonly { readonly run_id: string }[]) => {
    const strange = runs.find(({ run_id: id }, index) => id !== session.runId(index));
    return strange === undefined ? session.faultOf({ runs: runs.length }) : `${session.id} has ${strange.run_id}`;
  });
}

/**
 * A client's own list: every session that must be there and none that cannot be. It is counted a moment later, when a
 * write of unknown outcome may have arrived.
 */
export function listViolation(sessions: readonly TrackedSession[], answer: HttpResponse): string | undefined {
  if (answer.status !== 200) return undefined;
  const body = parsed<List>(answer);
  if (body === undefined) return 'a list is no JSON';
  const { total_count: total } = body.meta;
  const least = sessions.filter(({ mustExist }) => mustExist).length;
  const most = sessions.filter(({ mayExist }) => mayExist).length;
  if (total < least || total > most) return `${least} to ${most} sessions are counted as ${total}`;
  const names = new Map(body.data.map((item) => [item.session_id, item.session_name]));
  for (const session of sessions) {
    const name = names.get(session.id);
    const fault = session.faultOf(name === undefined ? undefined : { name });
    if (fault !== undefined) return `in a list ${fault}`;
    names.delete(session.id);
  }
  return names.size === 0 ? undefined : `somebody else's sessions are listed: ${[...names.keys()]}`;
}

function judged<Body>(session: TrackedSession, answer: HttpResponse, judge: (body: Body) => string | undefined) {
  if (answer.status === 404) return session.faultOf(undefined);
  if (answer.status === 409) return `${session.id} was written by somebody else`;
  if (answer.status >= 300 || answer.status === 0) return undefined;
  const body = parsed<Body>(answer);
  return body === undefined ? `the answer about ${session.id} is no JSON` : judge(body);
}

function parsed<Body>({ body }: HttpResponse): Body | undefined {
  try {
    return JSON.parse(body) as Body;
  } catch {
    return undefined;
  }
}
