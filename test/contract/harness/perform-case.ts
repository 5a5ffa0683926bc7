import {
  type HttpResponse,
  type JsonNode,
  memberOf,
  type Period,
  parseJson,
  periodOf,
  printJson,
  type TimedResponse,
} from '@session-service/comparison';
import type pg from 'pg';
import type { ContractCase, Layout } from './contract-case.js';
import { insertSession } from './given-session.js';
import { readRows, readTables } from './read-database.js';
import { type Step, sendStep } from './send-step.js';

/** One side of the comparison: a server and a connection to each of its databases. */
export interface Side {
  readonly baseUrl: string;
  readonly layout: Layout;
  /** Connections by db_id. The first database is the default of cases. */
  readonly databases: ReadonlyMap<string, pg.Client>;
  /** Ids of the seeded sessions by db_id, which are never removed. */
  readonly seeded: ReadonlyMap<string, readonly string[]>;
}

/** Responses, and the rows and tables afterwards, of a case on one side. */
export interface CaseOutcome {
  readonly responses: readonly TimedResponse[];
  readonly rows?: JsonNode;
  readonly tables?: JsonNode;
}

/** The period in which the rows of a case were written. */
export function periodOfCase({ responses }: CaseOutcome): Period {
  const last = responses.at(-1);
  return last === undefined ? { from: 0, to: 0 } : periodOf(last);
}

/** Runs a case on one side and restores its database afterwards. */
export async function performCase(side: Side, contract: ContractCase): Promise<CaseOutcome> {
  const dbId = contract.database ?? [...side.databases.keys()][0] ?? '';
  const client = side.databases.get(dbId);
  if (client === undefined) throw new Error(`case ${contract.name}: no database ${dbId}`);
  for (const session of contract.given) await insertSession(client, side.layout, session);
  try {
    const responses: TimedResponse[] = [];
    const start = Date.now();
    for (const step of contract.steps) {
      const response = await sendStep(side.baseUrl, fillStep(step, responses));
      // The period begins with the case, because a response may contain times that an earlier step generated.
      responses.push({ ...response, sentAt: start / 1000, milliseconds: Date.now() - start });
    }
    const ids = contract.rowsOf.map((id) => fillTemplate(id, responses));
    return {
      responses,
      ...(ids.length > 0 ? { rows: await readRows(client, ids) } : {}),
      ...(contract.tables === true ? { tables: await readTables(client) } : {}),
    };
  } finally {
    if (leavesTraces(contract)) await removeTraces(side);
  }
}

function leavesTraces(contract: ContractCase): boolean {
  return contract.given.length > 0 || contract.steps.some((step) => step.method === 'POST');
}

async function removeTraces(side: Side): Promise<void> {
  for (const [dbId, client] of side.databases) {
    const seeded = side.seeded.get(dbId);
    if (seeded === undefined) continue;
    await client.query('DELETE FROM ai.agno_sessions WHERE session_id <> ALL($1)', [seeded]);
  }
}

function fillStep(step: Step, responses: readonly HttpResponse[]): Step {
  const path = fillTemplate(step.path, responses);
  return typeof step.body === 'string'
    ? { ...step, path, body: fillTemplate(step.body, responses) }
    : { ...step, path };
}

function fillTemplate(template: string, responses: readonly HttpResponse[]): string {
  return template.replace(/\{\{(\d+)\.(\w+)\}\}/g, (_, index: string, key: string) => {
    const response = responses[Number(index)];
    const found = response === undefined ? undefined : memberOf(parseJson(response.body), key);
    if (found === undefined) return 'not-in-the-response';
    return found.kind === 'string' ? found.value : printJson(found);
  });
}
