import { describe, expect, it } from 'vitest';
import { type MirrorRequest, selectRequest } from './mirror-request.js';

const ALL = { sample: 1, prefix: '', hasWrites: false };
const from = (method: string, target: string, more: Partial<MirrorRequest> = {}) => ({
  method,
  target,
  headers: {},
  ...more,
});

describe('what is asked', () => {
  it.each(['/sessions', '/sessions/', '/sessions?x', '/sessions/a/runs/b', '/sessions/a/b/c/d', '/health'])(
    '%s',
    (target) => expect(selectRequest(from('GET', target), ALL)).toEqual(from('GET', target)),
  );

  it.each(['/', '/agents', '/sessionsx', '/healthz', '/api/sessions'])('not %s', (target) =>
    expect(selectRequest(from('GET', target), ALL)).toEqual({ skipped: 'not a path of this service' }),
  );

  it('takes a prefix off', () => {
    const options = { ...ALL, prefix: '/api' };
    expect(selectRequest(from('GET', '/api/sessions'), options)).toMatchObject({ target: '/sessions' });
    expect(selectRequest(from('GET', '/sessions'), options)).toHaveProperty('skipped');
  });

  it('is none of the requests, or a share of them', () => {
    expect(selectRequest(from('GET', '/sessions'), { ...ALL, sample: 0 })).toEqual({ skipped: 'not sampled' });
    const asked = Array.from({ length: 2000 }, () => selectRequest(from('GET', '/sessions'), { ...ALL, sample: 0.5 }));
    const share = asked.filter((found) => !('skipped' in found)).length / asked.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
  });

  it('holds writes only when told so, and only with what they said', () => {
    const writes = { ...ALL, hasWrites: true };
    expect(selectRequest(from('POST', '/sessions'), ALL)).toEqual({ skipped: 'neither GET nor HEAD' });
    expect(selectRequest(from('POST', '/sessions'), writes)).not.toHaveProperty('skipped');
    const logged = { isBodyUnknown: true } as const;
    expect(selectRequest(from('POST', '/sessions', logged), writes)).toEqual({ skipped: 'a write without its body' });
    expect(selectRequest(from('DELETE', '/sessions/x', logged), writes)).not.toHaveProperty('skipped');
    expect(selectRequest(from('DELETE', '/sessions', logged), writes)).toHaveProperty('skipped');
  });
});
