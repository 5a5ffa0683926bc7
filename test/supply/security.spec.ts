import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { CHECKOUT } from '../support/session-service.js';

const textOf = (path: string) => readFileSync(resolve(CHECKOUT, path), 'utf8');

/** The tests that the tables name: `file`: part of a title, or none for all of the file. */
const NAMED = [...textOf('SECURITY.md').matchAll(/\| `([^`]+\.spec\.ts)`: *(.*?) \|$/gm)].map(
  ([, file = '', title = '']) => [file, title] as const,
);

it('every point of OWASP names its test, or says why it has none', () => {
  expect(NAMED.length).toBeGreaterThan(25);
  const points = textOf('SECURITY.md').match(/^\| (API|V)\d+.*$/gm) ?? [];
  expect(points.filter((point) => !point.includes('.spec.ts'))).toEqual([expect.stringMatching(/^\| API6 .* none: /)]);
});

it.each(NAMED)('there is %s with "%s"', (file, title) => {
  expect(textOf(file)).toContain(title);
});
