import { runSync } from '@session-service/json';
import { describe, expect, it } from 'vitest';
import { issuesOf, problemOf, received } from '../../../../test/support/contract-problem.js';
import { idTooLong, parseCreateSession } from './create-session.request.js';

const parse = (body: string, query = '') => runSync(parseCreateSession(query, received(body)));

describe('parseCreateSession', () => {
  it('accepts a request without a body, even with the content type text/plain', () => {
    const parsed = runSync(parseCreateSession('', received(undefined, 'text/plain')));
    expect(parsed).toMatchObject({ type: 'agent', sessionId: undefined, metadata: undefined, runs: undefined });
  });

  it('reads all members of the body and of the query', () => {
    const body =
      '{"session_id":"s","session_name":"n","session_state":{},"metadata":{"a":null},"user_id":"","team_id":"t","agent_id":"a"}';
    expect(parse(body, 'type=team&db_id=d&table=ignored')).toEqual({
      type: 'team',
      dbId: 'd',
      ifExists: undefined,
      sessionId: 's',
      sessionName: 'n',
      sessionState: '{}',
      metadata: '{"a":null}',
      userId: '',
      agentId: undefined,
      teamId: 't',
      workflowId: undefined,
      summary: undefined,
      runs: undefined,
    });
  });

  it('reads if_exists, and reports other values before those of the body', () => {
    expect(parse('{}', 'if_exists=do_nothing').ifExists).toBe('do_nothing');
    expect(parse('{}', 'if_exists=raise').ifExists).toBe('raise');
    expect(issuesOf(() => parse('{"team_id":5}', 'if_exists=&type=x'))).toEqual([
      'enum query.type',
      'enum query.if_exists',
      'string_type body.team_id',
    ]);
  });

  it('treats an empty session_id, and metadata with only reserved keys, as absent', () => {
    const parsed = parse('{"session_id":"","metadata":{"agno_dispatch_chain":[]}}');
    expect(parsed).toMatchObject({ sessionId: undefined, metadata: undefined });
  });

  it.each([
    ['{"session_id":"a\\u0000"}', 'value_error body.session_id'],
    ['{"user_id":"\\ud800"}', 'string_unicode body.user_id'],
    ['{"agent_id":"\\u0000"}', 'value_error body.agent_id'],
    ['{"session_state":{"a":NaN}}', 'finite_number body.session_state.a'],
    ['{"team_id":5}', 'string_type body.team_id'],
    ['null', 'model_attributes_type body'],
  ])('rejects the body %s with the issue %s', (body, issue) => {
    expect(issuesOf(() => parse(body))).toEqual([issue]);
  });

  it('ignores the component id of another type', () => {
    expect(parse('{"team_id":"\\u0000"}').teamId).toBeUndefined();
  });

  describe('with runs and a summary', () => {
    it('returns the summary, and the runs in order and without NUL characters', () => {
      const runs =
        '[{"run_id":"b","content":"x\\u0000"},{"session_id":"s","run_id":"a","created_at":5,"agent_id":null}]';
      const parsed = parse(`{"session_id":"s","summary":{"summary":"x"},"runs":${runs}}`);
      expect(parsed.summary).toBe('{"summary":"x"}');
      expect(parsed.runs).toEqual([
        '{"run_id":"b","content":"x"}',
        '{"session_id":"s","run_id":"a","created_at":5,"agent_id":null}',
      ]);
    });

    it.each([
      ['{}', 'list_type body.runs'],
      ['[1]', 'dict_type body.runs.0'],
      ['[{}]', 'missing body.runs.0.run_id'],
      ['[{"run_id":null}]', 'string_type body.runs.0.run_id'],
      ['[{"run_id":""}]', 'value_error body.runs.0.run_id'],
      ['[{"run_id":"a\\u0001"}]', 'value_error body.runs.0.run_id'],
      ['[{"run_id":"a"},{"run_id":"a"}]', 'value_error body.runs.1.run_id'],
      ['[{"run_id":"a","session_id":"other"}]', 'value_error body.runs.0.session_id'],
      ['[{"run_id":"a","status":1}]', 'string_type body.runs.0.status'],
      ['[{"run_id":"a","created_at":1.0}]', 'int_type body.runs.0.created_at'],
      ['[{"run_id":"a","created_at":9223372036854775808}]', 'less_than_equal body.runs.0.created_at'],
      ['[{"run_id":"a","metrics":{"x":NaN}}]', 'finite_number body.runs.0.metrics.x'],
    ])('rejects the runs %s with the issue %s', (runs, issue) => {
      expect(issuesOf(() => parse(`{"session_id":"s","runs":${runs}}`))).toEqual([issue]);
    });

    it('rejects a run with a session_id when the request has no session_id', () => {
      const [, detail] = problemOf(() => parse('{"runs":[{"run_id":"a","session_id":"s"}]}'));
      expect(detail).toMatchObject([{ msg: 'Value error, run belongs to another session', input: 's' }]);
    });

    it('rejects a summary that is not an object or has no text', () => {
      expect(issuesOf(() => parse('{"summary":"x"}'))).toEqual(['dict_type body.summary']);
      expect(issuesOf(() => parse('{"summary":{"topics":[]}}'))).toEqual(['missing body.summary.summary']);
    });
  });
});

describe('idTooLong', () => {
  it('returns a 422 with the location of the id in the body', () => {
    const reject = () => {
      throw idTooLong('session_id', 'x');
    };
    expect(issuesOf(reject)).toEqual(['value_error body.session_id']);
  });
});
