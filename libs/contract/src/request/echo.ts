import {
  asRaw,
  isNonFinite,
  JsonTokens,
  kindOf,
  NULL,
  quote,
  type RawJson,
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
  const tokens = new JsonTokens(raw);
  let text = '';
  let comma = '';
  while (tokens.next()) {
    const { kind, start, end } = tokens;
    if (text.length + end - start > MOST_ECHOED) return NULL;
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
