import { keywordParameters } from './keyword-dsn.js';
import { urlParameters } from './url-dsn.js';

/**
 * What a DSN says, by libpq's keywords (`host`, `port`, `user`, `password`, `dbname`, `sslmode` …) whatever its form.
 * Blank values are left out, as libpq treats them.
 *
 * The DSN is cut by hand, not by `new URL`: SQLAlchemy and libpq accept passwords and socket paths that a URL parser
 * refuses or alters.
 */
export type DsnParameters = ReadonlyMap<string, string>;

/** @throws DsnError when the text is neither a PostgreSQL URL nor a list of keywords */
export function dsnParameters(dsn: string): DsnParameters {
  const text = dsn.trim();
  const parameters = /^[^\s=]+:\/\//.test(text) ? urlParameters(text) : keywordParameters(text);
  return new Map([...parameters].filter(([, value]) => value !== ''));
}
