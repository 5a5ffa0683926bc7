import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runToEnd } from '../support/child-process.js';
import { CHECKOUT } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

describe.each(['main.js', 'embedded.js'])('the program %s', (program) => {
  const run = (...args: string[]) =>
    runToEnd(process.execPath, [resolve(CHECKOUT, 'dist/service', program), ...args], {
      // A program that ignores its arguments ends, too.
      env: { AGNO_PG_DSN: 'none' },
      timeoutMs: scaled(20_000),
    });

  it('prints its usage with --help, without a database', async () => {
    const { code, output } = await run('--help');
    expect(code).toBe(0);
    expect(output).toMatch(new RegExp(`^Usage: node dist/service/${program}.*docs/configuration\\.md`, 's'));
  });

  it.each([['--port=80'], ['serve'], ['--'], ['']])(
    'exits with 2 and one line for the argument %j',
    async (argument) => {
      const { code, output } = await run(argument);
      expect([code, output]).toEqual([2, `Unknown argument "${argument}"; --help prints what is known\n`]);
    },
  );
});
