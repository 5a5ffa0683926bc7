import {
  asRaw,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  endOfLiteral,
  endOfString,
  endOfValue,
  isNonFinite,
  kindOf,
  NULL,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  quote,
  type RawJson,
  SPACE,
  shortened,
  shortenedText,
} from '@agno/json';

/** The most characters of a rejected value that a refusal repeats. */
const MOST_ECHOED = 65_536;

/**
 * A rejected value as a 422 shows it: FastAPI's encoder drops the keys that begin with `_sa`; what is not JSON is shown as
 * a string. Not as AgentOS: a long string ends with `…`, a long array or object is null.
 */
export function echo(raw: RawJson): RawJson {
  switch (kindOf(raw)) {
    case 'string':
      return shortened(raw, MOST_ECHOED);
    case 'object':
    case 'array':
      return echoContainer(raw);
    default:
      return isNonFinite(raw) ? asRaw(`"${raw}"`) : raw;
  }
}

/** A rejected text that is not JSON. */
export function echoText(text: string): RawJson {
  return quote(shortenedText(text, MOST_ECHOED));
}

function echoContainer(raw: RawJson): RawJson {
  const containers: number[] = [];
  let text = '';
  let comma = '';
  let expectsKey = false;
  let index = 0;
  while (index < raw.length) {
    if (text.length > MOST_ECHOED) return NULL;
    const code = raw.charCodeAt(index);
    let end = index + 1;
    switch (code) {
      case OPEN_BRACE:
      case OPEN_BRACKET:
        text += comma + raw.charAt(index);
        comma = '';
        containers.push(code);
        expectsKey = code === OPEN_BRACE;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        text += raw.charAt(index);
        comma = ',';
        containers.pop();
        break;
      case COMMA:
        expectsKey = containers.at(-1) === OPEN_BRACE;
        break;
      default:
        if (code <= SPACE || code === COLON) break;
        if (expectsKey && raw.startsWith('"_sa', index)) {
          end = endOfMember(raw, index);
          break;
        }
        end = code === QUOTE ? endOfString(raw, index) : endOfLiteral(raw, index);
        text += comma + echoToken(raw, index, end) + (expectsKey ? ':' : '');
        comma = expectsKey ? '' : ',';
        expectsKey = false;
    }
    index = end;
  }
  return asRaw(text);
}

/** A string longer than all that may be shown need not be copied. */
function echoToken(raw: RawJson, start: number, end: number): string {
  const token = asRaw(raw.slice(start, Math.min(end, start + MOST_ECHOED + 1)));
  return isNonFinite(token) ? `"${token}"` : token;
}

function endOfMember(raw: RawJson, start: number): number {
  let index = endOfString(raw, start);
  while (raw.charCodeAt(index) <= SPACE || raw.charCodeAt(index) === COLON) index++;
  return endOfValue(raw, index);
}
