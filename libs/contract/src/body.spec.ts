import { runSync } from '@session-service/json';
import { describe, expect, it } from 'vitest';
import { bytes, problemOf, received } from '../../../test/support/contract-problem.js';
import { MAX_DEPTH, type ReceivedBody, readBody } from './body.js';

const read = (body: ReceivedBody) => runSync(readBody(body));

const readJson = (text: string | Uint8Array) => {
  const body = read(received(text));
  if (body.kind !== 'json') throw new Error('the body is not JSON');
  return body;
};

const root = (text: string | Uint8Array) => readJson(text).root;
const isUnstorable = (text: string) => readJson(text).isUnstorable;

describe('readBody', () => {
  it.each([
    'application/json',
    'APPLICATION/JSON; charset=latin-1',
    'application/vnd.api+json',
    'application/+json',
    ' application/json ;',
  ])('reads a body of the content type %j as JSON', (type) => {
    expect(read(received('{}', type)).kind).toBe('json');
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
  ])('reads a body of the content type %j as text', (type) => {
    expect(read({ ...received('\ufeff{"ä"'), contentType: type })).toEqual({ kind: 'text', text: '\ufeff{"ä"' });
  });

  it.each([
    ['missing', undefined],
    ['empty', new Uint8Array()],
  ])('returns the kind none for a body that is %s', (_, body) => {
    expect(read(received(body))).toEqual({ kind: 'none' });
  });
});

describe('readBody for JSON', () => {
  it.each([
    [' { "b" : 1 ,\n"a":[ ] } ', '{ "b" : 1 ,\n"a":[ ] }'],
    ['{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],
    ['{"__proto__":{"1":0,"0":1},"":null}', '{"__proto__":{"1":0,"0":1},"":null}'],
    ['[-0, -0.0, 1E5, 1.50, 1e22, 1e-7]', '[0, -0.0, 100000.0, 1.5, 1e+22, 1e-07]'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['"\\u00e9\\/\\ud83d\\ude00\\u000a"', '"é/😀\\n"'],
    ['"\\ud800"', '"\\ud800"'],
    ['[NaN,-Infinity,1e999]', '[NaN,-Infinity,Infinity]'],
  ])('reads the JSON text %j as %j', (text, expected) => {
    expect(root(text)).toBe(expected);
  });

  it.each([
    [' ', 'Expecting value', 1],
    ['{bad', 'Expecting property name enclosed in double quotes', 1],
    ['{"a":1,}', 'Expecting property name enclosed in double quotes', 7],
    ['{"a" 1}', "Expecting ':' delimiter", 5],
    ['{"a":01}', "Expecting ',' delimiter", 6],
    ['[1,]', 'Expecting value', 3],
    ['[1', "Expecting ',' delimiter", 2],
    ['"open', 'Unterminated string starting at', 0],
    ['"\t"', 'Invalid control character at', 1],
    ['"\\x"', 'Invalid \\escape', 1],
    ['"\\u12"', 'Invalid \\uXXXX escape', 2],
    ['"\\u1234', 'Invalid \\uXXXX escape', 2],
    ['{} x', 'Extra data', 3],
    ['["😀😀",}', 'Expecting value', 6],
    ['\u00a0{}', 'Expecting value', 0],
    ['nul', 'Expecting value', 0],
    ['-', 'Expecting value', 0],
  ])('rejects the text %j with "%s" at position %d', (text, error, position) => {
    const issue = {
      type: 'json_invalid',
      loc: ['body', position],
      msg: 'JSON decode error',
      input: {},
      ctx: { error },
    };
    expect(problemOf(() => root(text))).toEqual([422, [issue]]);
  });

  it.each([
    ['UTF-8 with a byte order mark', Buffer.from('\ufeff["ä"]')],
    ['UTF-16 with a byte order mark', Buffer.from('\ufeff["ä"]', 'utf16le')],
    ['UTF-16 little endian', Buffer.from('["ä"]', 'utf16le')],
    ['UTF-16 big endian', Buffer.from('["ä"]', 'utf16le').swap16()],
    ['UTF-32 big endian', Buffer.from('0000005b00000022000000e4000000220000005d', 'hex')],
    ['UTF-32 little endian', Buffer.from('5b00000022000000e4000000220000005d000000', 'hex')],
  ])('detects and decodes the encoding %s', (_, body) => {
    expect(root(body)).toBe('["ä"]');
  });

  it.each([
    ['invalid UTF-8', Buffer.from('22ff22', 'hex')],
    ['an encoded surrogate', Buffer.from('22eda08022', 'hex')],
    ['a truncated UTF-16 character', Buffer.from('5b005d0020', 'hex')],
    ['an integer of 4301 digits', bytes('1'.repeat(4301))],
    ['nesting beyond the limit', bytes('['.repeat(MAX_DEPTH + 1))],
    ['a million opening brackets', bytes('['.repeat(1_000_000))],
  ])('throws a 400 for a body with %s', (_, body) => {
    expect(problemOf(() => root(body))).toEqual([400, 'There was an error parsing the body']);
  });

  it('accepts arrays nested up to the depth limit', () => {
    const text = '['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH);
    expect(root(text)).toBe(text);
  });

  it.each([
    ['{"a":[1.5,"\\n\\t\\u007f"]}', false],
    ['"\\u0000"', true],
    ['"\\b"', true],
    ['"\uffff"', true],
    ['"\\udc00"', true],
    ['NaN', true],
  ])('reads the JSON text %j and sets isUnstorable to %j', (text, expected) => {
    expect(isUnstorable(text)).toBe(expected);
  });
});
