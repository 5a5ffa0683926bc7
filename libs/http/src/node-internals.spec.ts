import { expect, it } from 'vitest';
import { verifyNodeInternals } from './node-internals.js';

it('verifyNodeInternals finds every private API in the version of Node that runs the tests', () => {
  expect(verifyNodeInternals).not.toThrow();
});
