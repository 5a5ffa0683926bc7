import { describe, expect, it } from 'vitest';
import { transcriptHead, transcriptMessage } from './markdown-transcript';

describe('transcriptHead', () => {
  it('has the name and the ids, without any Markdown in them', () => {
    const session = { session_name: '# *Trip*\n<b>', user_id: 'ada', agent_id: null };
    expect(transcriptHead(session, 'a_b')).toBe('# \\# \\*Trip\\* \\<b\\>\n\n- Session: a\\_b\n- User: ada\n');
  });
});

describe('transcriptMessage', () => {
  it('quotes what was said', () => {
    const message = { role: 'user', content: 'Hello\n## Assistant', created_at: 0 };
    expect(transcriptMessage(message)).toBe('\n## User · 1970-01-01T00:00:00.000Z\n\n> Hello\n> ## Assistant\n');
  });

  it('escapes HTML and images, but not in code', () => {
    const content = '<b> ![x](//a)\n```html\n<b>\n```\n<i>\n```a`\n<u>\n- a\n  ```\n<s>';
    expect(transcriptMessage({ role: 'assistant', content })).toBe(
      '\n## Assistant\n\n> \\<b> !\\[x](//a)\n> ```html\n> <b>\n> ```\n> \\<i>\n> ```a`\n> \\<u>\n> - a\n>   ```\n> \\<s>\n',
    );
  });

  it('fences tool calls and results with more backticks than they have', () => {
    const call = { function: { name: 'find', arguments: '{"q": "```"}' } };
    expect(transcriptMessage({ role: 'assistant', content: null, tool_calls: [call] })).toBe(
      '\n## Assistant\n\nCalls find:\n\n````\n{"q": "```"}\n````\n',
    );
    expect(transcriptMessage({ role: 'tool', tool_name: 'find', tool_call_error: true, content: ['x'] })).toBe(
      '\n## Tool · find · failed\n\n```\n[\n  "x"\n]\n```\n',
    );
  });

  it.each([undefined, null, 7, [], { role: 1, content: 2, tool_calls: 'x', images: {}, created_at: 1e300 }])(
    'accepts any value: %j',
    (value) => {
      expect(transcriptMessage((value ?? {}) as never)).toMatch(/^\n## Message/);
    },
  );
});
