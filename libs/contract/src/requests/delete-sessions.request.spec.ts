import { runSync } from '@session-service/json';
import { describe, expect, it } from 'vitest';
import { issuesOf, problemOf, received } from '../../../../test/support/contract-problem.js';
import { parseDeleteSession, parseDeleteSessions } from './delete-sessions.request.js';

const parse = (body: string, query = '') => runSync(parseDeleteSessions(query, received(body)));

describe('parseDeleteSession', () => {
  it('ignores the query parameter type', () => {
    const parsed = parseDeleteSession('type=nope&user_id=u&delete_media=YES');
    expect(parsed).toEqual({ userId: 'u', dbId: undefined, table: undefined, deleteMedia: true });
  });

  it('rejects a delete_media that is not a boolean', () => {
    const msg = 'Input should be a valid boolean, unable to interpret input';
    const issue = { type: 'bool_parsing', loc: ['query', 'delete_media'], msg, input: 'maybe' };
    expect(problemOf(() => parseDeleteSession('delete_media=maybe'))).toEqual([422, [issue]]);
  });
});

describe('parseDeleteSessions', () => {
  it('drops ids that PostgreSQL cannot store', () => {
    const ids = '["a","\\u0000","\\ud800","\\u0001"]';
    const parsed = parse(`{"session_ids":${ids},"session_types":["agent","team","workflow","agent"]}`);
    expect(parsed.sessionIds).toEqual(['a', '\u0001']);
  });

  it('throws a 400 for lists of different lengths', () => {
    const message = 'Session IDs and session types must have the same length';
    expect(problemOf(() => parse('{"session_ids":["a","b"],"session_types":["agent"]}'))).toEqual([400, message]);
  });

  it('reports each invalid item with its index', () => {
    expect(issuesOf(() => parse('{"session_types":["agent","x",3],"session_ids":[1,"a"]}', 'delete_media='))).toEqual([
      'bool_parsing query.delete_media',
      'string_type body.session_ids.0',
      'enum body.session_types.1',
      'enum body.session_types.2',
    ]);
  });

  it('rejects a list that is empty, missing or of another type', () => {
    const ctx = { field_type: 'List', min_length: 1, actual_length: 0 };
    const msg = 'List should have at least 1 item after validation, not 0';
    expect(problemOf(() => parse('{"session_ids":[],"x":1}'))).toEqual([
      422,
      [
        { type: 'too_short', loc: ['body', 'session_ids'], msg, input: [], ctx },
        { type: 'missing', loc: ['body', 'session_types'], msg: 'Field required', input: { session_ids: [], x: 1 } },
      ],
    ]);
    expect(issuesOf(() => parse('{"session_ids":"a","session_types":null}'))).toEqual([
      'list_type body.session_ids',
      'list_type body.session_types',
    ]);
  });

  it('rejects a request without a body', () => {
    const issue = { type: 'missing', loc: ['body'], msg: 'Field required', input: null };
    expect(problemOf(() => runSync(parseDeleteSessions('', received(undefined))))).toEqual([422, [issue]]);
  });
});
