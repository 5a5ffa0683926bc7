import { describe, expect, it } from 'vitest';
import { DatabaseOverloaded, ProtocolError, StatementTimedOut, translateError } from './database-errors.js';

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

describe('translateError', () => {
  it.each([
    [new Error('Connection terminated unexpectedly'), 'ConnectionLost'],
    [withCode('read ECONNRESET', 'ECONNRESET'), 'ConnectionLost'],
    [withCode('write EPIPE', 'EPIPE'), 'ConnectionLost'],
    [withCode('server conn crashed?', '08P01'), 'ConnectionLost'],
    [new ProtocolError(new Error('no PostgreSQL message')), 'ConnectionLost'],
    [new Error('Client has encountered a connection error and is not queryable'), 'DatabaseUnavailable'],
    [withCode('query_wait_timeout', '08P01'), 'DatabaseUnavailable'],
    [withCode('terminating connection', '57P01'), 'DatabaseUnavailable'],
    [withCode('canceling statement due to user request', '57014'), 'StatementTimedOut'],
  ])('translates "%s" to %s', (error, type) => {
    expect((translateError('main', error) as Error).constructor.name).toBe(type);
  });

  it.each([
    new StatementTimedOut('connect'),
    new DatabaseOverloaded('ssl'),
    new (class extends Error {})('Session with ID connection not found'),
    withCode('duplicate key', '23505'),
  ])('returns "%s" unchanged, whatever its message contains', (error) => {
    expect(translateError('main', error)).toBe(error);
  });
});
