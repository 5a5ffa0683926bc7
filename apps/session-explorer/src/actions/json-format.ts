import { visibleText } from '../components/visible-text';

/**
 * Writes each member of a valid JSON text on a line of its own. Numbers, keys and their order stay as they are; characters that
 * are invisible become escapes, which mean the same.
 */
export function formatJson(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  for (const token of tokensOf(text)) {
    if (token === '}' || token === ']') {
      depth--;
      // An empty object or list stays on its line.
      if (parts.at(-1)?.trim() === '' && isOpening(parts.at(-2))) parts.pop();
      else parts.push(lineBreak(depth));
    }
    parts.push(token === ':' ? ': ' : visibleText(token));
    if (isOpening(token)) depth++;
    if (isOpening(token) || token === ',') parts.push(lineBreak(depth));
  }
  return parts.join('');
}

/** The text without white space between its tokens. Equal texts have equal values. */
export function compactJson(text: string): string {
  return [...tokensOf(text)].map(visibleText).join('');
}

function isOpening(token: string | undefined): boolean {
  return token === '{' || token === '[';
}

function lineBreak(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}

/** Punctuation, strings, and other values as they are written. */
function* tokensOf(text: string): Generator<string> {
  let index = 0;
  while (index < text.length) {
    const character = text.charAt(index);
    const start = index;
    index++;
    if (' \n\r\t'.includes(character)) continue;
    if (character === '"') {
      while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
      index++;
    } else if (!'{}[],:'.includes(character)) {
      while (index < text.length && !' \n\r\t,]}'.includes(text.charAt(index))) index++;
    }
    yield text.slice(start, index);
  }
}
