import { resolve } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { newPage } from '../../support/browser.js';
import type { ServerProcess } from '../../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database.js';
import { CHECKOUT, startSessionService } from '../../support/session-service.js';
import { scaled } from '../../support/time-scale.js';

/** A service with the explorer, and its database. */
export interface ServedExplorer {
  readonly service: ServerProcess;
  readonly database: ScratchDatabase;
  /** Creates a session with runs, as a client does. */
  store(session: StoredSession): Promise<void>;
  /** Adds a run to the session of an agent, as AgentOS does: in the database. */
  addRun(sessionId: string, run: StoredRun): Promise<void>;
}

/** A body of `POST /sessions`. */
export interface StoredSession {
  readonly type?: 'agent' | 'team' | 'workflow';
  readonly session_id: string;
  readonly [member: string]: unknown;
}

/** A run in the form in which AgentOS stores it. */
export interface StoredRun {
  readonly run_id: string;
  readonly status: string;
  readonly created_at: number;
  readonly [member: string]: unknown;
}

/** Starts a service with the explorer over an empty database. Call `service.stop()` at the end. */
export async function serveExplorer(env: Readonly<Record<string, string>> = {}): Promise<ServedExplorer> {
  const database = await createScratchDatabase();
  const service = await startSessionService({ AGNO_PG_DSN: database.dsn, AGNO_EXPLORER: 'true', ...env });
  const store = async ({ type = 'agent', ...body }: StoredSession) => {
    const response = await fetch(`${service.baseUrl}/sessions?type=${type}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${env['OS_SECURITY_KEY'] ?? ''}` },
      body: JSON.stringify(body),
    });
    expect(response.status, await response.text()).toBe(201);
  };
  const addRun = async (sessionId: string, run: StoredRun) => {
    await database.sql(ADD_RUN, [run.run_id, sessionId, run.status, JSON.stringify(run), run.created_at]);
  };
  return { service, database, store, addRun };
}

const ADD_RUN = `INSERT INTO ai.agno_runs (run_id, session_id, run_type, status, run_index, run_data, created_at)
  SELECT $1, $2, 'agent', $3, count(*), $4, $5 FROM ai.agno_runs WHERE session_id = $2::varchar`;

/** What a page of the explorer must never do; `expectedErrors` are those that a test causes. */
const EXPECTED_STATUSES = /the server responded with a status of (401|403|404|412|503|504)/;

/**
 * Opens the explorer. The test fails at its end if the page has asked another host, violated its content security policy, thrown an
 * error or logged one. Responses of 4xx and 503 are allowed, and connections that fail.
 *
 * @param query of the URL, with `?`
 */
export async function openExplorer(
  { service }: Pick<ServedExplorer, 'service'>,
  query = '',
  options: BrowserContextOptions = {},
): Promise<Page> {
  const page = await newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US', ...options });
  page.setDefaultTimeout(scaled(15_000));
  watch(page, service.baseUrl);
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await page.screenshot({ path: screenshotPath(`failed ${task.name}`) });
  });
  await page.goto(`${service.baseUrl}/explorer/${query}`);
  return page;
}

/** Where a picture of a page is kept, below the folder of the checkout that git ignores. */
export function screenshotPath(name: string): string {
  return resolve(CHECKOUT, '.cache/explorer', `${name.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 80)}.png`);
}

function watch(page: Page, origin: string): void {
  const problems: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith(`blob:${origin}/`)) problems.push(`request to ${url}`);
  });
  page.on('pageerror', (error) => problems.push(String(error.stack)));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !EXPECTED_STATUSES.test(text) && !/net::ERR_/.test(text)) problems.push(text);
  });
  onTestFinished(() => expect(problems).toEqual([]));
}

/** The link to a session in the list. */
export function sessionLink(page: Page, name: string | RegExp) {
  return page.getByRole('navigation', { name: 'Sessions' }).getByRole('link', { name });
}

/** The texts of the links in the list, without what follows the name. */
export function listedNames(page: Page): Promise<string[]> {
  return page
    .getByRole('navigation', { name: 'Sessions' })
    .getByRole('link')
    .evaluateAll((links) => links.map((link) => link.firstElementChild?.textContent ?? ''));
}
