import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerProcess } from '../support/child-process.js';
import { documentedCommands } from '../support/documented-commands.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const EXAMPLES = documentedCommands('docs/api-sessions.md');

/** Timestamps differ with each run. */
function withoutTimes(text: string): string {
  return text.replace(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, '"TIME"').trim();
}

describe('the examples of docs/api-sessions.md', () => {
  let service: ServerProcess;

  beforeAll(async () => {
    service = await startSessionService({ AGNO_PG_DSN: (await createScratchDatabase()).dsn });
  });
  afterAll(() => service.stop());

  it('are found', () => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(8);
  });

  // In order, since an example changes what the next one reads.
  it.each(EXAMPLES)('$command prints what the page says', async ({ command, output }) => {
    const local = command.replaceAll('localhost:8080', service.baseUrl.replace('http://', ''));
    const { stdout } = await promisify(execFile)('bash', ['-c', local]);
    expect(withoutTimes(stdout)).toBe(withoutTimes(output));
  });
});
