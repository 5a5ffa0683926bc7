import { expect, it } from 'vitest';
import { endToEndHeaders, headersByName } from './end-to-end-headers.js';

it('endToEndHeaders removes hop-by-hop headers and the headers that Connection lists, and keeps all others', () => {
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
  expect(endToEndHeaders(headers)).toEqual(['Host', 'h', 'Cookie', 'a', 'Cookie', 'b']);
  expect(headersByName(endToEndHeaders(headers))).toEqual({ host: 'h', cookie: 'a; b' });
});
