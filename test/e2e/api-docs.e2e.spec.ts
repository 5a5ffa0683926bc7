import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { createScratchDatabase } from '../support/scratch-database.js';
import { CHECKOUT, startSessionService } from '../support/session-service.js';

/** The commands of the console blocks in docs/api.md, each with its output. A command may have several lines. */
function documentedCommands(): { command: string; output: string }[] {
  const text = readFileSync(resolve(CHECKOUT, 'docs/api.md'), 'utf8');
  const blocks = [...text.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((example) => {
        const lines = example.split('\n');
        const end = lines.findLastIndex((line) => line.startsWith('    ')) + 1 || 1;
        return { command: lines.slice(0, end).join('\n'), output: lines.slice(end).join('\n') };
      }),
  );
}

it('the examples of docs/api.md give the documented output', async () => {
  const service = await startSessionService({ AGNO_PG_DSN: (await createScratchDatabase()).dsn });
  onTestFinished(async () => void (await service.stop()));
  const commands = documentedCommands();
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
