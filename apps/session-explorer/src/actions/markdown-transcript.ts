import { objectOf, objectsOf, printed, type StoredObject, textOf } from '../api/stored-values';

/** The beginning of a transcript: the name of the session and what it belongs to. */
export function transcriptHead(session: StoredObject, id: string): string {
  const facts: readonly (readonly [string, unknown])[] = [
    ['Session', id],
    ['Agent', session['agent_id']],
    ['Team', session['team_id']],
    ['Workflow', session['workflow_id']],
    ['User', session['user_id']],
    ['Created', session['created_at']],
  ];
  const lines = facts.flatMap(([label, value]) => (textOf(value) ? [`- ${label}: ${inline(printed(value))}`] : []));
  return `# ${inline(textOf(session['session_name']) ?? 'Session')}\n\n${lines.join('\n')}\n`;
}

/** A message of a transcript. Its texts are quoted, so that they cannot look like another message. */
export function transcriptMessage(message: StoredObject): string {
  const blocks = [
    `## ${heading(message)}`,
    reasoningOf(message),
    message['role'] === 'tool' ? fenced(printed(message['content'])) : contentOf(message['content']),
    ...objectsOf(message['tool_calls']).map(toolCall),
    mediaOf(message),
  ];
  return `\n${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function heading(message: StoredObject): string {
  const role = textOf(message['role']) ?? 'message';
  const tool = textOf(message['tool_name']);
  const seconds = message['created_at'];
  const date = typeof seconds === 'number' ? new Date(seconds * 1000) : undefined;
  const parts = [
    inline(role.charAt(0).toUpperCase() + role.slice(1)),
    ...(role === 'tool' && tool !== undefined ? [inline(tool)] : []),
    ...(message['tool_call_error'] === true ? ['failed'] : []),
    ...(date !== undefined && !Number.isNaN(date.getTime()) ? [date.toISOString()] : []),
  ];
  return parts.join(' · ');
}

function reasoningOf(message: StoredObject): string {
  const reasoning = textOf(message['reasoning_content']);
  return reasoning === undefined ? '' : `Reasoning:\n\n${quoted(reasoning)}`;
}

function contentOf(content: unknown): string {
  if (content === undefined || content === null || content === '') return '';
  return typeof content === 'string' ? quoted(content) : fenced(printed(content));
}

function toolCall(call: StoredObject): string {
  const { name, arguments: values } = objectOf(call['function']);
  return `Calls ${inline(textOf(name) ?? 'a tool')}:\n\n${fenced(printed(values ?? {}))}`;
}

function mediaOf(message: StoredObject): string {
  const items = ['images', 'audio', 'videos', 'files'].flatMap((kind) => {
    const value = message[kind];
    return (Array.isArray(value) ? value : [value]).filter(Boolean).map((item) => {
      const { filename, name, id } = objectOf(item);
      return `- ${kind}: ${inline(textOf(filename) ?? textOf(name) ?? textOf(id) ?? 'without a name')}`;
    });
  });
  return items.join('\n');
}

/** Markdown as it is stored, as a quotation in which no HTML runs and no image loads. */
function quoted(text: string): string {
  let fence: string | undefined;
  const lines = text.split(/\r\n?|\n/).map((line) => {
    // Code is left as it is. Only fences without indentation count: those in a list end with the list.
    const mark = /^(`{3,}|~{3,})(.*)$/.exec(line);
    const isCode = fence !== undefined;
    if (mark?.[1] !== undefined && fence === undefined && !(mark[1].startsWith('`') && mark[2]?.includes('`'))) {
      fence = mark[1];
    } else if (fence !== undefined && mark?.[1]?.startsWith(fence) && mark[2]?.trim() === '') fence = undefined;
    return `> ${isCode ? line : line.replaceAll('<', '\\<').replaceAll('![', '!\\[')}`;
  });
  return lines.join('\n');
}

/** A text as it is, between fences that are longer than any in it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** A short text on one line, without any meaning in Markdown. */
function inline(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>#!|~&:]/g, '\\$&');
}
