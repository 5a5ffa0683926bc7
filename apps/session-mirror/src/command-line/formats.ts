/** A text of the command line as what it means, or undefined when it means nothing. */
export type OptionParser<T> = (text: string) => T | undefined;

/** `10%` or `0.1`, as 0 to 1. */
export const parseShare: OptionParser<number> = (text) => {
  const found = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const value = Number(found?.[1] ?? Number.NaN) / (found?.[2] === '%' ? 100 : 1);
  return value >= 0 && value <= 1 ? value : undefined;
};

export const parseCount: OptionParser<number> = (text) => {
  return /^\d{1,6}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
};

/** Credentials in an address would show in the list of processes. */
export const parseServerUrl: OptionParser<URL> = (text) => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '' ? url : undefined;
};

export const parsePathPrefix: OptionParser<string> = (text) => (/^\/[!-~]*[^/?#]$/.test(text) ? text : undefined);

/** `8000`, `0.0.0.0:8000`, `[::1]:8000` */
export const parseListenAddress: OptionParser<{ host: string; port: number }> = (text) => {
  const found = /^(?:(?<host>[\w.-]+|\[[0-9a-fA-F:]+\]):)?(?<port>\d{1,5})$/.exec(text)?.groups;
  const port = Number(found?.['port'] ?? Number.NaN);
  return port <= 65_535 ? { host: (found?.['host'] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port } : undefined;
};

/** Lines of `Name: value`, as headers with names in lower case. Empty lines and those that start with # do not count. */
export const parseHeaderLines: OptionParser<Record<string, string>> = (text) => {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const pairs = lines.map((line) => /^([\w!#$%&'*+.^`|~-]+):\s*([\t\x20-\x7e\x80-\xff]*?)\s*$/.exec(line));
  if (pairs.some((pair) => pair === null)) return undefined;
  return Object.fromEntries(pairs.map((pair) => [(pair?.[1] ?? '').toLowerCase(), pair?.[2] ?? '']));
};
