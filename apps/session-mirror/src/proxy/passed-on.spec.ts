import { expect, it } from 'vitest';
import { headersByName, passedOn } from './passed-on.js';

it('passes on everything but what is about the connection', () => {
  const headers = [
    'Host',
    'h',
    'Connection',
    'close, X-Own',
    'x-own',
    '1',
    'TE',
    'trailers',
    'Cookie',
    'a',
    'Cookie',
    'b',
  ];
  expect(passedOn(headers)).toEqual(['Host', 'h', 'Cookie', 'a', 'Cookie', 'b']);
  expect(headersByName(passedOn(headers))).toEqual({ host: 'h', cookie: 'a; b' });
});
