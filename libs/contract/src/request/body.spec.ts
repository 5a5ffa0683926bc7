import { describe, expect, it } from 'vitest';
import { readBody } from './body.js';
import { bytes } from './refusal.fixture.js';

describe('readBody', () => {
  it.each([
    'application/json',
    'APPLICATION/JSON; charset=latin-1',
    'application/vnd.api+json',
    'application/+json',
    ' application/json ;',
  ])('reads %j as JSON', (type) => {
    expect(readBody(bytes('{}'), type).kind).toBe('json');
  });

  it.each([
    undefined,
    '',
    'text/json',
    'application/ json',
    'application/jsonp',
    'application/json/x',
    ';application/json',
    'application/x-www-form-urlencoded',
  ])('reads %j as text', (type) => {
    expect(readBody(bytes('\ufeff{"ä"'), type)).toEqual({ kind: 'text', text: '\ufeff{"ä"' });
  });

  it.each([undefined, new Uint8Array()])('finds no body in no bytes', (body) => {
    expect(readBody(body, 'application/json')).toEqual({ kind: 'none' });
  });
});
