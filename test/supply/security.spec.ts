import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKOUT } from '../support/session-service.js';

const read = (path: string) => readFileSync(resolve(CHECKOUT, path), 'utf8');

/** The tests in the tables of SECURITY.md: a file and part of a title; an empty title means the whole file. */
const NAMED = [...read('SECURITY.md').matchAll(/\| `([^`]+\.spec\.ts)`: *(.*?) \|$/gm)].map(
  ([, file = '', title = '']) => [file, title] as const,
);

describe('SECURITY.md', () => {
  it('names a test for every OWASP point except API6, for which it gives the reason', () => {
    expect(NAMED.length).toBeGreaterThan(25);
    const points = read('SECURITY.md').match(/^\| (API|V)\d+.*$/gm) ?? [];
    expect(points.filter((point) => !point.includes('.spec.ts'))).toEqual([
      expect.stringMatching(/^\| API6 .* none: /),
    ]);
  });

  it.each(NAMED)('names a test that exists: %s, %s', (file, title) => {
    expect(read(file)).toContain(title);
  });
});
