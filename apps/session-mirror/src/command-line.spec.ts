import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OptionsError, readOptions } from './command-line.js';

const SIDES = ['--python', 'http://py:7777', '--ours', 'http://ours:8080'];
const replay = (...more: string[]) => readOptions(['replay', 'a.log', ...SIDES, ...more], {});

function errorsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof OptionsError) return error.errors;
    throw error;
  }
}

describe('readOptions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agno-options-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('returns the default values of omitted options', () => {
    expect(replay()).toMatchObject({
      ...{ command: 'replay', sources: ['a.log'], sample: 1, prefix: '', hasWrites: false, allowed: 0 },
      ...{ ratePerSecond: 50, concurrency: 4, headers: {}, hasValues: true, files: {} },
    });
  });

  it('accepts --sample and --allow as a percentage or a fraction', () =>
    expect(replay('--sample', '5%', '--allow=0.001')).toMatchObject({ sample: 0.05, allowed: 0.001 }));

  it('prefers a header of --header-file to the same header of MIRROR_HEADERS', () => {
    const file = join(folder, 'headers');
    writeFileSync(file, '# who asks\nAuthorization: Bearer x: y \r\n\nX-Own:1\n');
    const env = { MIRROR_HEADERS: 'authorization: other\nX-More: 2' };
    expect(readOptions(['replay', '-', ...SIDES, '--header-file', file], env)).toMatchObject({
      headers: { authorization: 'Bearer x: y', 'x-own': '1', 'x-more': '2' },
    });
  });

  it('accepts a port, or a host with a port, for --listen', () => {
    const listen = (address: string) => readOptions(['proxy', ...SIDES, '--listen', address], {});
    expect(listen('9000')).toMatchObject({ host: '127.0.0.1', port: 9000 });
    expect(listen('[::]:9000')).toMatchObject({ host: '::', port: 9000 });
  });

  it.each([
    [['replay'], ['--python is missing', '--ours is missing', 'a log or HAR file is missing']],
    [['play', ...SIDES], ['play: expected replay or proxy']],
    [[...SIDES, '--listen', '80', '--rate', '5'], ['command is missing: expected replay or proxy']],
    [
      ['play', ...SIDES, '--foo', '5'],
      ['--foo: not an option of any command', 'play: expected replay or proxy'],
    ],
    [
      ['proxy', ...SIDES, '--rate', '5'],
      ['--rate: not an option of proxy', '--listen is missing'],
    ],
    [
      ['proxy', 'a.log', ...SIDES, '--listen', '99999'],
      ['proxy takes no files', '--listen: expected'],
    ],
    [
      ['replay', 'a', ...SIDES, '--rate', '0', '--sample', '2', '--json', '/no/such/folder/x'],
      ['--sample: expected', '--json: cannot write', '--rate: expected'],
    ],
    [['replay', 'a', ...SIDES, '--json', '--html', 'x'], ['--json needs a value']],
    [
      ['replay', 'a', '--python', 'http://u:p@h', '--ours', 'ftp://h'],
      ['--python: expected', '--ours: expected'],
    ],
    [['replay', 'a', '--python', 'http://h', '--ours', 'http://h/'], ['--python and --ours are the same']],
    [['replay', 'a', ...SIDES, '--ours', 'http://x'], ['--ours is given twice']],
    [['replay', 'a', ...SIDES, '--header-file', '/no/such/file'], ['--header-file: cannot read /no/such/file']],
    [['replay', 'a', ...SIDES, '--unsafe', 'ours:8080,py:7777'], ['--unsafe: expected the hosts']],
  ])('rejects the arguments %j and reports every error', (args, expected) => {
    const errors = errorsOf(() => readOptions(args, {}));
    for (const message of expected) expect(errors.join('\n')).toContain(message);
    expect(errors).toHaveLength(expected.length);
    expect(errors.join()).not.toContain('u:p');
    expect(errors.length).toBeGreaterThan(0);
  });

  it('reports an invalid header without quoting it', () => {
    const read = () => readOptions(['replay', 'a', ...SIDES], { MIRROR_HEADERS: 'Bearer secret' });
    expect(errorsOf(read)).toEqual(['MIRROR_HEADERS: expected lines of "Name: value"']);
  });
});
