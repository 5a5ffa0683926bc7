import { runSync } from '@session-service/json';
import { describe, expect, it } from 'vitest';
import { issuesOf, problemOf, received } from '../../../../test/support/contract-problem.js';
import { parseRenameSession } from './rename-session.request.js';

const parse = (body: string, type?: string) => runSync(parseRenameSession('', received(body, type)));

describe('parseRenameSession', () => {
  it.each([
    ['{"session_name":""}', ''],
    ['{"session_name":"a\\u0000\\u0007\\tb\uffff"}', 'a\tb'],
  ])('reads the name in the body %j as %j', (body, name) => {
    expect(parse(body).sessionName).toBe(name);
  });

  it.each(['', '{}', 'null', '[]', '"x"', '[{"session_name":"x"}]'])(
    'reports a missing name for the body %j',
    (body) => {
      const issue = { type: 'missing', loc: ['body', 'session_name'], msg: 'Field required', input: null };
      expect(problemOf(() => parse(body))).toEqual([422, [issue]]);
    },
  );

  it('reports a missing name when the content type is not JSON', () => {
    expect(issuesOf(() => parse('{"session_name":"x"}', 'text/plain'))).toEqual(['missing body.session_name']);
  });

  it.each([
    ['{"session_name":null}', 'string_type body.session_name'],
    ['{"session_name":"\\ud800"}', 'string_unicode body.session_name'],
  ])('rejects the body %j with the issue %s', (body, issue) => {
    expect(issuesOf(() => parse(body))).toEqual([issue]);
  });

  it('reports only the syntax error when the body is invalid JSON', () => {
    expect(issuesOf(() => runSync(parseRenameSession('type=nope', received('{'))))).toEqual(['json_invalid body.1']);
  });
});
