import { describe, expect, it } from 'vitest';
import {
  asked,
  CALL,
  CALLED,
  MEMBER,
  PAUSED,
  SessionInMemory,
  said,
  TEAM,
  TOOLS,
  WORKFLOW,
} from '../../../../test/support/session-in-memory.js';

describe('format=agno', () => {
  it('shows the messages of the chat, with their run, and tool calls without results', () => {
    const messages = new SessionInMemory([TOOLS]).all('');
    expect(messages.map(({ id }) => id)).toEqual(['m1', 'm2', 'm4']);
    expect(messages[1]).toEqual({
      id: 'm2',
      from_history: false,
      stop_after_tool_call: false,
      role: 'assistant',
      tool_calls: [CALL],
      created_at: 1_700_000_001,
      run_id: 'tools',
      run_status: 'COMPLETED',
      agent_id: 'a',
    });
  });

  it('joins the result of a tool call with the call', () => {
    const [, called] = new SessionInMemory([TOOLS]).all('include=tools');
    expect(called).toMatchObject({ tool_calls: [{ ...CALL, result: { id: 'm3', role: 'tool', content: 'rain' } }] });
  });

  it('joins the results of parallel calls, also if their ids are used again', () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'n', arguments: '{}' } });
    const calls = (id: string) => said('assistant', id, null, { tool_calls: [call('x'), call('y')] });
    const result = (id: string, call_id: string) => said('tool', id, id, { tool_call_id: call_id });
    const run = asked('r', [
      ...[calls('m1'), result('ry', 'y'), result('rx', 'x')],
      ...[calls('m2'), result('sx', 'x'), result('lost', 'z')],
    ]);
    const joined = new SessionInMemory([run])
      .all('include=tools')
      .map(({ id, tool_calls = [] }) => [
        id,
        ...(tool_calls as { result?: { id: string } }[]).map(({ result: joinedResult }) => joinedResult?.id),
      ]);
    expect(joined).toEqual([['m1', 'rx', 'ry'], ['m2', 'sx', undefined], ['lost']]);
  });

  it('takes a result without a message from the tools of the run', () => {
    const tools = [
      { tool_call_id: 'c1', tool_name: 'weather', tool_args: { city: 'Ulm' }, result: 'rain', created_at: 5 },
    ];
    const [message] = new SessionInMemory([asked('r', [CALLED], { tools })]).all('include=tools');
    expect(message).toMatchObject({
      tool_calls: [{ id: 'c1', result: { role: 'tool', content: 'rain', tool_args: { city: 'Ulm' }, created_at: 5 } }],
    });
  });

  it('shows the reasoning of a run with its first answer, if no message has one', () => {
    const messages = [said('user', 'm1', 'Why?'), said('assistant', 'm2', 'So.'), said('assistant', 'm3', 'There.')];
    const run = asked('r', messages, { reasoning_content: 'step by step' });
    const reasoning = new SessionInMemory([run])
      .all('include=reasoning')
      .map(({ reasoning_content }) => reasoning_content);
    expect(reasoning).toEqual([undefined, 'step by step', undefined]);
  });

  it('tells what a paused run waits for in its last message', () => {
    const [question, call] = new SessionInMemory([PAUSED]).all('');
    expect(question).not.toHaveProperty('requirements');
    expect(call).toMatchObject({
      ...{ id: 'm2', run_id: 'paused', run_status: 'PAUSED' },
      ...{ tools: PAUSED['tools'], requirements: PAUSED['requirements'] },
    });
  });

  it('tells the error of a failed run in its last message', () => {
    const failed = { run_id: 'e', agent_id: 'a', status: 'ERROR', input: { input_content: 'Go' }, content: 'boom' };
    expect(new SessionInMemory([failed]).all('')).toMatchObject([
      { role: 'user', content: 'Go', run_status: 'ERROR' },
      { role: 'assistant', content: 'boom', run_status: 'ERROR', error: 'boom' },
    ]);
  });

  it('shows the input and the content of a workflow, and the messages of its steps between them', () => {
    const session = new SessionInMemory([WORKFLOW], 'workflow');
    expect(session.all('').map(({ content }) => content)).toEqual(['Plan', '{"plan":[1,null]}']);
    expect(session.all('include=members').map(({ content, run_id }) => [content, run_id])).toEqual([
      ['Plan', 'flow'],
      ['Sub-question', 'step'],
      ['Sub-answer', 'step'],
      ['{"plan":[1,null]}', 'flow'],
    ]);
  });

  it('shows the messages of members on request, once', () => {
    const stored = new SessionInMemory([MEMBER, { ...TEAM, member_responses: [MEMBER] }], 'team');
    expect(stored.all('').map(({ id }) => id)).toEqual(['m1', 'm2']);
    expect(stored.all('include=members').map(({ id, parent_run_id }) => [id, parent_run_id])).toEqual([
      ['n1', 'team'],
      ['n2', 'team'],
      ['m1', undefined],
      ['m2', undefined],
    ]);
    const embedded = new SessionInMemory([{ ...TEAM, member_responses: [MEMBER] }], 'team');
    expect(embedded.all('include=members').map(({ id }) => id)).toEqual(['m1', 'm2', 'n1', 'n2']);
  });

  it('selects roles', () => {
    const ids = (roles: string) => new SessionInMemory([TOOLS]).all(roles).map(({ id }) => id);
    expect(ids('roles=user')).toEqual(['m1']);
    expect(ids('roles=system,user')).toEqual(['m0', 'm1']);
    expect(ids('roles=system&roles=tool')).toEqual(['m0', 'm3']);
    expect(ids('roles=assistant,tool')).toEqual(['m2', 'm4']);
  });
});
