import { runSync } from '@session-service/json';
import { describe, expect, it } from 'vitest';
import { issuesOf, problemOf, received } from '../../../../test/support/contract-problem.js';
import { parseUpdateSession } from './update-session.request.js';

const parse = (body: string) => runSync(parseUpdateSession('type=team&user_id=u&db_id=d', received(body)));
const MODEL = 'Input should be a valid dictionary or object to extract fields from';

describe('parseUpdateSession', () => {
  it('returns undefined for absent and null members', () => {
    const expected = { type: 'team', userId: 'u', dbId: 'd', table: undefined, isMergePatch: false };
    const nothing = { sessionName: undefined, sessionState: undefined, metadata: undefined, summary: undefined };
    expect(parse('{}')).toEqual({ ...expected, ...nothing });
    expect(parse('{"session_name":null,"metadata":null,"summary":null,"other":1}')).toEqual({
      ...expected,
      ...nothing,
    });
  });

  describe('with a merge patch', () => {
    const parsePatch = (body: string, type = 'application/merge-patch+json') =>
      runSync(parseUpdateSession('', received(body, type)));

    it.each(['application/merge-patch+json', ' Application/Merge-Patch+JSON ; charset=x'])(
      'knows the type %s',
      (type) => {
        expect(parsePatch('{}', type).isMergePatch).toBe(true);
      },
    );

    it.each(['application/json', 'application/x-merge-patch+json', 'application/json-patch+json'])(
      'does not take the type %s for one',
      (type) => {
        expect(parsePatch('{}', type).isMergePatch).toBe(false);
      },
    );

    it('returns null for an object to be emptied, and undefined for absent members and a null name', () => {
      const body = '{"session_state":null,"metadata":null,"session_name":null,"summary":null}';
      expect(parsePatch(body)).toMatchObject({ sessionState: 'null', metadata: 'null', sessionName: undefined });
      expect(parsePatch('{}')).toMatchObject({ sessionState: undefined, metadata: undefined, summary: undefined });
    });

    it('keeps nulls, and removes reserved keys: an empty patch if no other key was sent', () => {
      expect(parsePatch('{"metadata":{"a":{"b":null},"agno_dispatch_depth":null}}').metadata).toBe('{"a":{"b":null}}');
      expect(parsePatch('{"metadata":{"agno_dispatch_chain":[]}}').metadata).toBe('{}');
    });

    it('rejects what a PATCH rejects', () => {
      expect(issuesOf(() => parsePatch('[]'))).toEqual(['model_attributes_type body']);
      expect(issuesOf(() => parsePatch('{"metadata":[],"session_state":1}'))).toEqual([
        'dict_type body.session_state',
        'dict_type body.metadata',
      ]);
      expect(issuesOf(() => parsePatch('{"session_state":{"\\u0000":null}}'))).toEqual([
        'value_error body.session_state.\0.[key]',
      ]);
    });
  });

  it('returns numbers and duplicate keys in the form that Python stores', () => {
    const { sessionState } = parse('{"session_state":{"b":1.0,"a":9007199254740993,"__proto__":1E5,"b":2.50}}');
    expect(sessionState).toBe('{"b":2.5,"a":9007199254740993,"__proto__":100000.0}');
  });

  it('removes control characters from string values, as AgentOS does, but not from keys', () => {
    expect(parse('{"metadata":{"k\\u0001":["a\\u0000b",{"c":"\\u000b\\n"}]}}').metadata).toBe(
      '{"k\\u0001":["ab",{"c":"\\n"}]}',
    );
  });

  it.each([
    ['{}', '{}'],
    ['{"agno_dispatch_depth":1,"a":1}', '{"a":1}'],
    ['{"agno_component_version":1,"agno_dispatch_chain":NaN}', 'null'],
  ])('removes the reserved keys from the metadata %s, which leaves %s', (metadata, expected) => {
    expect(parse(`{"metadata":${metadata}}`).metadata).toBe(expected);
  });

  it.each([
    ['{"updated_at":"2025-10-21T14:30:00Z","summary":"x"}', '{"summary":"x","updated_at":"2025-10-21T14:30:00+00:00"}'],
    ['{"topics":null,"updated_at":"","summary":5}', '{"summary":5}'],
    ['{"summary":"","topics":["a\\u0000"],"updated_at":0}', '{"summary":"","topics":["a"]}'],
  ])('returns the summary %s in its stored form %s', (summary, expected) => {
    expect(parse(`{"summary":${summary}}`).summary).toBe(expected);
  });

  it.each([
    ['{}', ['missing body.summary.summary']],
    ['{"summary":null}', ['string_type body.summary.summary']],
    ['{"summary":"x","foo":1}', ['extra_forbidden body.summary.foo']],
    ['{"summary":"x","updated_at":"24:00"}', ['datetime_parsing body.summary.updated_at']],
    ['{"summary":"x","updated_at":5}', ['datetime_type body.summary.updated_at']],
    ['{"summary":"x","topics":["\\ud800"]}', ['string_unicode body.summary.topics.0']],
    ['3', ['dict_type body.summary']],
  ])('rejects the summary %s with the issues %j', (summary, expected) => {
    expect(issuesOf(() => parse(`{"summary":${summary}}`))).toEqual(expected);
  });

  it.each([
    ['{"metadata":{"a":[1,1e999]}}', 'finite_number body.metadata.a.1'],
    ['{"session_state":{"a":"\\ud800"}}', 'string_unicode body.session_state.a'],
    ['{"session_state":{"\\u0000":1}}', 'value_error body.session_state.\0.[key]'],
  ])('rejects the body %s, which PostgreSQL cannot store', (body, issue) => {
    expect(issuesOf(() => parse(body))).toEqual([issue]);
  });

  it('ignores values in unknown members that PostgreSQL cannot store', () => {
    expect(parse('{"other":[NaN,"\\ud800"]}').metadata).toBeUndefined();
  });

  it('reports all members of a wrong type; values that PostgreSQL cannot store only if no member has a wrong type', () => {
    expect(issuesOf(() => parse('{"summary":3,"metadata":"x","session_state":[],"session_name":1}'))).toEqual([
      'string_type body.session_name',
      'dict_type body.session_state',
      'dict_type body.metadata',
      'dict_type body.summary',
    ]);
    expect(issuesOf(() => parse('{"session_name":1,"metadata":{"a":NaN}}'))).toEqual(['string_type body.session_name']);
  });

  it('echoes a rejected value without keys that begin with _sa', () => {
    const [, detail] = problemOf(() => parse('{"session_name":{"_sab":1,"b":[{"_sa":1}]}}'));
    expect(detail).toMatchObject([{ input: { b: [{}] } }]);
  });

  it.each([
    ['null', null],
    ['[1.50]', [1.5]],
    ['"x"', 'x'],
  ])('rejects the body %s, which is not an object', (body, input) => {
    const issue = { type: 'model_attributes_type', loc: ['body'], msg: MODEL, input };
    expect(problemOf(() => parse(body))).toEqual([422, [issue]]);
  });

  it('rejects a request without a body', () => {
    expect(issuesOf(() => parse(''))).toEqual(['missing body']);
  });
});
