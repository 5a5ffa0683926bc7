import { DsnError } from './dsn-error.js';

/** Reads libpq's `host=… user=… password='…'` form: values in single quotes may hold spaces, `\` escapes a character. */
export function keywordParameters(text: string): Map<string, string> {
  const pair = /\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/gsy;
  const parameters = new Map<string, string>();
  let read = 0;
  for (const [whole, keyword = '', quoted, plain = ''] of text.matchAll(pair)) {
    parameters.set(keyword, (quoted ?? plain).replace(/\\(.)/gs, '$1'));
    read += whole.length;
  }
  if (parameters.size === 0 || read < text.length) {
    throw new DsnError('a DSN is a URL such as postgresql://user:password@host:5432/database');
  }
  return parameters;
}
