import {
  asRaw,
  isNonFinite,
  JsonTokenizer,
  kindOf,
  NULL,
  quote,
  type RawJson,
  shortened,
  shortenedString,
} from '@agno/json';

/** The most characters of a rejected value that a refusal repeats. */
const MAX_ECHO_LENGTH = 65_536;

/**
 * A rejected value as a 422 shows it: FastAPI's encoder drops the keys that begin with `_sa`; what is not JSON is shown as
 * a string. Not as AgentOS: a long string ends with `…`, a long array or object is null.
 */
export function echo(raw: RawJson): RawJson {
  switch (kindOf(raw)) {
    case 'string':
      return shortened(raw, MAX_ECHO_LENGTH);
    case 'object':
    case 'array':
      return echoContainer(raw);
    default:
      return isNonFinite(raw) ? asRaw(`"${raw}"`) : raw;
  }
}

/** A rejected text that is not JSON. */
export function echoString(text: string): RawJson {
  return quote(shortenedString(text, MAX_ECHO_LENGTH));
}

function echoContainer(raw: RawJson): RawJson {
  const tokens = new JsonTokenizer(raw);
  let text = '';
  let comma = '';
  while (tokens.next()) {
    const { kind, start, end } = tokens;
    if (text.length + end - start > MAX_ECHO_LENGTH) return NULL;
    const { token } = tokens;
    if (kind === 'close') text += token;
    else if (kind === 'key' && token.startsWith('"_sa')) {
      tokens.skipValue();
      continue;
    } else text += comma + (isNonFinite(token) ? `"${token}"` : token) + (kind === 'key' ? ':' : '');
    comma = kind === 'open' || kind === 'key' ? '' : ',';
  }
  return asRaw(text);
}
