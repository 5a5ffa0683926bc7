import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { documentedCommands } from '../support/documented-commands.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

/** Pages with examples, and how many they have at least. */
const PAGES: readonly (readonly [page: string, examples: number])[] = [
  ['docs/api.md', 7],
  ['docs/api-conversations.md', 10],
  ['docs/api-usage.md', 5],
];

it.each(PAGES)('the examples of %s give the documented output', async (page, examples) => {
  const service = await startSessionService({ AGNO_PG_DSN: (await createScratchDatabase()).dsn });
  onTestFinished(async () => void (await service.stop()));
  const commands = documentedCommands(page);
  expect(commands.length).toBeGreaterThanOrEqual(examples);
  const mark = 'end of the output';
  const script = commands.map(({ command }) => `${command}; echo; echo '${mark}'`).join('\n');
  const { stdout } = await promisify(execFile)('bash', [
    '-c',
    script.replaceAll('localhost:8080', new URL(service.baseUrl).host),
  ]);
  const outputs = stdout.split(`${mark}\n`);
  for (const [index, { command, output }] of commands.entries()) {
    const literal = output
      .trim()
      .split('…')
      .map((part) => RegExp.escape(part));
    expect(outputs[index]?.trim(), command).toMatch(new RegExp(`^${literal.join('.*')}$`));
  }
});
