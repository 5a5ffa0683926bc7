import { safeValidateUIMessages } from 'ai';
import { describe, expect, it } from 'vitest';
import {
  asked,
  CALLED,
  MEDIA,
  PAUSED,
  PIXEL,
  RESULT,
  SessionInMemory,
  TOOLS,
} from '../../../../test/support/session-in-memory.js';

describe('format=ai-sdk', () => {
  it('shows an answer with its steps as one message', () => {
    const [, answer, ...more] = new SessionInMemory([TOOLS]).all('include=tools&format=ai-sdk');
    expect(more).toEqual([]);
    expect(answer).toEqual({
      id: 'm2',
      role: 'assistant',
      metadata: { run_id: 'tools', run_status: 'COMPLETED', agent_id: 'a', created_at: 1_700_000_001 },
      parts: [
        { type: 'step-start' },
        {
          ...{ type: 'dynamic-tool', toolName: 'weather', toolCallId: 'c1', state: 'output-available' },
          ...{ input: { city: 'Ulm', days: 1 }, output: 'rain' },
        },
        { type: 'step-start' },
        { type: 'text', text: 'Rain.' },
      ],
    });
  });

  it.each([
    ['output-error', { ...RESULT, tool_call_error: true }, {}, { errorText: 'rain' }],
    [
      'output-denied',
      RESULT,
      { confirmed: false, confirmation_note: 'no' },
      { approval: { approved: false, reason: 'no' } },
    ],
    ['approval-responded', undefined, { confirmed: true }, { approval: { approved: true } }],
    ['input-available', undefined, {}, {}],
  ])('shows a call in the state %s', async (state, result, execution, expected) => {
    const tools = [{ tool_call_id: 'c1', ...execution }];
    const run = asked('r', result === undefined ? [CALLED] : [CALLED, result], { tools });
    const messages = new SessionInMemory([run]).all('include=tools&format=ai-sdk');
    expect(messages).toMatchObject([{ parts: [{}, { state, ...expected }] }]);
    expect(await safeValidateUIMessages({ messages })).toMatchObject({ success: true });
  });

  it('requests the approval of the call that a paused run waits for, whatever is included', () => {
    expect(new SessionInMemory([PAUSED]).all('format=ai-sdk').at(-1)).toMatchObject({
      metadata: {
        run_id: 'paused',
        run_status: 'PAUSED',
        requirements: PAUSED['requirements'],
        tools: PAUSED['tools'],
      },
      parts: [{ type: 'step-start' }, { toolCallId: 'c1', state: 'approval-requested', approval: { id: 'q1' } }],
    });
  });

  it('shows media as files with their URL, or with their content as data URL', () => {
    const [question, answer] = new SessionInMemory([MEDIA]).all('format=ai-sdk');
    const file = (mediaType: string, url: string, more = {}) => ({ type: 'file', mediaType, url, ...more });
    expect(question?.['parts']).toEqual([
      file('image/png', `data:image/png;base64,${PIXEL}`),
      file('image', 'https://x.example/cat.png'),
      file('image', '/sessions/s/media/a%20b/c'),
      file('audio/wav', `data:audio/wav;base64,${PIXEL}`),
      file('text/csv', `data:text/csv;base64,${Buffer.from('a,b\n').toString('base64')}`, { filename: 't.csv' }),
      file('application/octet-stream', '/tmp/x.txt'),
      { type: 'text', text: 'Look' },
    ]);
    expect(answer?.['parts']).toContainEqual(file('audio/wav', `data:audio/wav;base64,${PIXEL}`));
  });
});
