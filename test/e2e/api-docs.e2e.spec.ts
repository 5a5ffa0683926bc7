import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { documentedCommands } from '../support/documented-commands.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

it('the examples of docs/api.md give the documented output', async () => {
  const service = await startSessionService({ AGNO_PG_DSN: (await createScratchDatabase()).dsn });
  onTestFinished(async () => void (await service.stop()));
  const commands = documentedCommands('docs/api.md');
  expect(commands.length).toBeGreaterThanOrEqual(7);
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
