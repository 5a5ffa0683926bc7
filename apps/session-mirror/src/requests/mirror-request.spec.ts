import { describe, expect, it } from 'vitest';
import { type MirrorRequest, selectRequest } from './mirror-request.js';

const ALL = { sample: 1, prefix: '', hasWrites: false };
const from = (method: string, target: string, more: Partial<MirrorRequest> = {}) => ({
  method,
  target,
  headers: {},
  ...more,
});

describe('selectRequest', () => {
  it.each(['/sessions', '/sessions/', '/sessions?x', '/sessions/a/runs/b', '/sessions/a/b/c/d', '/health'])(
    'selects the path %s',
    (target) => expect(selectRequest(from('GET', target), ALL)).toEqual(from('GET', target)),
  );

  it.each(['/', '/agents', '/sessionsx', '/healthz', '/api/sessions'])('skips the path %s', (target) =>
    expect(selectRequest(from('GET', target), ALL)).toEqual({ skipped: 'not a path of this service' }),
  );

  it.each([
    ['GET', '/sessions/a/media/run/x.png', {}],
    ['GET', '/sessions/a/media/', {}],
    ['PATCH', '/sessions/a', { 'content-type': 'Application/Merge-Patch+JSON; charset=utf-8' }],
    ['PATCH', '/sessions/a', { 'if-match': '"x"' }],
    ['POST', '/sessions/a/rename', { 'if-match': '*' }],
    ['DELETE', '/sessions/a', { 'if-match': '"x"' }],
  ])('skips %s %s with the headers %j, to which both sides respond differently on purpose', (method, target, headers) =>
    expect(selectRequest(from(method, target, { headers }), { ...ALL, hasWrites: true })).toEqual({
      skipped: 'media, If-Match or a merge patch',
    }),
  );

  it.each([
    ['GET', '/sessions/media', {}],
    ['GET', '/sessions/a', { 'if-match': '"x"' }],
    ['PATCH', '/sessions/a', { 'content-type': 'application/json' }],
  ])('selects %s %s with the headers %j', (method, target, headers) =>
    expect(selectRequest(from(method, target, { headers }), { ...ALL, hasWrites: true })).toMatchObject({ headers }),
  );

  it('removes the configured prefix and skips paths without it', () => {
    const options = { ...ALL, prefix: '/api' };
    expect(selectRequest(from('GET', '/api/sessions'), options)).toMatchObject({ target: '/sessions' });
    expect(selectRequest(from('GET', '/sessions'), options)).toHaveProperty('skipped');
  });

  it('removes If-None-Match, to which only this service responds 304', () => {
    const headers = { accept: '*/*', 'if-none-match': '"a"' };
    expect(selectRequest(from('GET', '/sessions/a', { headers }), ALL)).toEqual(
      from('GET', '/sessions/a', { headers: { accept: '*/*' } }),
    );
  });

  it('selects a random fraction of the requests', () => {
    expect(selectRequest(from('GET', '/sessions'), { ...ALL, sample: 0 })).toEqual({ skipped: 'not sampled' });
    const results = Array.from({ length: 2000 }, () =>
      selectRequest(from('GET', '/sessions'), { ...ALL, sample: 0.5 }),
    );
    const share = results.filter((found) => !('skipped' in found)).length / results.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
  });

  it('selects a write only if hasWrites is set and the body is known or not needed', () => {
    const writes = { ...ALL, hasWrites: true };
    expect(selectRequest(from('POST', '/sessions'), ALL)).toEqual({ skipped: 'neither GET nor HEAD' });
    expect(selectRequest(from('POST', '/sessions'), writes)).not.toHaveProperty('skipped');
    const logged = { isBodyUnknown: true } as const;
    expect(selectRequest(from('POST', '/sessions', logged), writes)).toEqual({ skipped: 'a write without its body' });
    expect(selectRequest(from('DELETE', '/sessions/x', logged), writes)).not.toHaveProperty('skipped');
    expect(selectRequest(from('DELETE', '/sessions', logged), writes)).toHaveProperty('skipped');
  });
});
