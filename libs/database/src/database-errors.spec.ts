import { describe, expect, it } from 'vitest';
import {
  DatabaseOverloaded,
  ProtocolError,
  StatementTimedOut,
  translateError,
  untranslatableCharacter,
} from './database-errors.js';

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
  ])('translates the error "%s" to %s', (error, type) => {
    expect((translateError('main', error) as Error).constructor.name).toBe(type);
  });

  it.each([
    new StatementTimedOut('connect'),
    new DatabaseOverloaded('ssl'),
    new (class extends Error {})('Session with ID connection not found'),
    withCode('duplicate key', '23505'),
  ])('returns the error "%s" unchanged, regardless of the words in its message', (error) => {
    expect(translateError('main', error)).toBe(error);
  });
});

describe('untranslatableCharacter', () => {
  it.each([
    ['character with byte sequence 0xe2 0x82 0xac in encoding "UTF8" has no equivalent in encoding "LATIN1"', '€'],
    [
      'Zeichen mit Byte-Folge 0xf0 0x9f 0x98 0x80 in Kodierung »UTF8« hat keine Entsprechung in Kodierung »LATIN1«',
      '😀',
    ],
    ['unsupported Unicode escape sequence', undefined],
  ])('returns the character that the message "%s" names, if any', (message, character) => {
    expect(untranslatableCharacter(withCode(message, '22P05'))).toBe(character);
    expect(untranslatableCharacter(withCode(message, '22021'))).toBeUndefined();
  });
});
