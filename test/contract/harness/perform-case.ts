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

/** One side of the comparison: a server, and a connection to each of its databases. */
export interface Side {
  readonly baseUrl: string;
  readonly layout: Layout;
  /** By db_id; the first one is meant where a case names none. */
  readonly databases: ReadonlyMap<string, pg.Client>;
  /** Sessions that were there from the start and stay, by db_id. */
  readonly seeded: ReadonlyMap<string, readonly string[]>;
}

/** What a case led to on one side. */
export interface CaseOutcome {
  readonly answers: readonly TimedResponse[];
  readonly rows?: JsonNode;
  readonly tables?: JsonNode;
}

/** The period in which the rows of a case can have been written. */
export function periodOfCase({ answers }: CaseOutcome): Period {
  const last = answers.at(-1);
  return last === undefined ? { from: 0, to: 0 } : periodOf(last);
}

/** Runs a case against one side and leaves its database as it was. */
export async function performCase(side: Side, contract: ContractCase): Promise<CaseOutcome> {
  const dbId = contract.database ?? [...side.databases.keys()][0] ?? '';
  const client = side.databases.get(dbId);
  if (client === undefined) throw new Error(`case ${contract.name}: no database ${dbId}`);
  for (const session of contract.given) await insertSession(client, side.layout, session);
  try {
    const answers: TimedResponse[] = [];
    const start = Date.now();
    for (const step of contract.steps) {
      const answer = await sendStep(side.baseUrl, filledIn(step, answers));
      // A response may contain values that an earlier step generated.
      answers.push({ ...answer, sentAt: start / 1000, milliseconds: Date.now() - start });
    }
    const ids = contract.rowsOf.map((id) => fillIn(id, answers));
    return {
      answers,
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

function filledIn(step: Step, answers: readonly HttpResponse[]): Step {
  const path = fillIn(step.path, answers);
  return typeof step.body === 'string' ? { ...step, path, body: fillIn(step.body, answers) } : { ...step, path };
}

function fillIn(template: string, answers: readonly HttpResponse[]): string {
  return template.replace(/\{\{(\d+)\.(\w+)\}\}/g, (_, index: string, key: string) => {
    const answer = answers[Number(index)];
    const found = answer === undefined ? undefined : memberOf(parseJson(answer.body), key);
    if (found === undefined) return 'not-in-the-answer';
    return found.kind === 'string' ? found.value : printJson(found);
  });
}
