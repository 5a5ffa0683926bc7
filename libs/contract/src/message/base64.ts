import { asRaw, type RawJson, unquote } from '@agno/json';

/**
 * Inline media content as AgentOS prints it again: decoded and encoded anew. Python's decoder skips foreign characters and
 * what follows the padding; a text that is no base64 even so counts as the content itself, in UTF-8.
 * Undefined when the content is empty. The caller has checked that it is a string.
 */
export function reencodeBase64(raw: RawJson): RawJson | undefined {
  if (isCanonicalBase64(raw)) return raw.length > 2 ? raw : undefined;
  const text = unquote(raw);
  const bytes = decodeBase64(text) ?? Buffer.from(text, 'utf8');
  return bytes.length === 0 ? undefined : asRaw(`"${bytes.toString('base64')}"`);
}

/** The usual case, which large images must not pay for: text that would come out as it went in. */
function isCanonicalBase64(raw: RawJson): boolean {
  if (raw.length % 4 !== 2 || !/^"[A-Za-z0-9+/]*={0,2}"$/.test(raw)) return false;
  const lastFour = raw.slice(1, -1).slice(-4);
  return /^(?:.[AQgw]==|..[AEIMQUYcgkosw048]=|[^=]*)$/.test(lastFour);
}

function decodeBase64(text: string): Buffer | undefined {
  if (/[\u0080-\uffff]/.test(text)) return undefined;
  let data = '';
  for (const [, digits = '', padding = ''] of text.replace(/[^A-Za-z0-9+/=]+/g, '').matchAll(/([^=]*)(=*)/g)) {
    data += digits;
    const rest = data.length % 4;
    if (rest >= 2 && rest + padding.length >= 4) return Buffer.from(data, 'base64');
  }
  return data.length % 4 === 0 ? Buffer.from(data, 'base64') : undefined;
}
