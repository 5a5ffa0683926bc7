import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { RequestSelection } from './requests/mirror-request.js';

/** Files that a report goes to. */
export interface ReportFiles {
  readonly json: string | undefined;
  readonly html: string | undefined;
}

interface CommonOptions {
  readonly python: URL;
  readonly ours: URL;
  /** Share of the requests that are asked, 0 to 1. */
  readonly sample: number;
  /** Share of the pairs that may differ, 0 to 1. */
  readonly allowed: number;
  readonly files: ReportFiles;
  readonly hasValues: boolean;
}

export interface ReplayOptions extends CommonOptions, RequestSelection {
  readonly command: 'replay';
  readonly sources: readonly string[];
  readonly ratePerSecond: number;
  readonly concurrency: number;
  /** Sent with every request; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ProxyOptions extends CommonOptions {
  readonly command: 'proxy';
  readonly host: string;
  readonly port: number;
}

export type Options = ReplayOptions | ProxyOptions;

/** The command line cannot be carried out. The message has one line per fault, and no secret. */
export class OptionsError extends Error {
  constructor(readonly errors: readonly string[]) {
    super(errors.join('\n'));
  }
}

export const USAGE = `Compares the answers of a Python AgentOS with those of the session service.

  session-mirror replay FILE… --python URL --ours URL [options]
  session-mirror proxy --listen [HOST:]PORT --python URL --ours URL [options]

replay asks both sides what FILE holds: an access log in JSON lines, in the common or combined format ("-" reads one
from standard input), or a browser's *.har. proxy passes everything on to Python, and copies GET and HEAD to ours.

  --python URL         the AgentOS that is right
  --ours URL           the session service
  --sample SHARE       ask only so many, by chance: 10% or 0.1
  --allow SHARE        so many may differ without exit code 1: 0.1%
  --json FILE          write the report as JSON
  --html FILE          write the report as a page
  --no-values          show paths and kinds of values only

replay only:
  --strip-prefix PATH  take a gateway's prefix off recorded paths: /api
  --rate N             requests a second to each side (50)
  --concurrency N      requests at once (4)
  --header-file FILE   headers for every request, a line each: "Authorization: Bearer …"; also from MIRROR_HEADERS
  --unsafe HOSTS       also replay writes, in order, from HAR files; only against a pair of servers to be thrown away,
                       whose hosts are named once more: python.test:7777,ours.test:8080

proxy only:
  --listen [HOST:]PORT where clients connect; HOST is 127.0.0.1 unless given

Exit codes: 0 all equal, 1 differences or missing answers, 2 could not run or nothing to compare.
docs/mirror.md says what counts as equal.
`;

const PLACEHOLDER_URL = new URL('http://localhost');
const EXPECTED_URL = 'an http:// or https:// address without credentials and query';
const EXPECTED_SHARE = 'a share such as 10% or 0.1';
const HEADERS_VARIABLE = 'MIRROR_HEADERS';

/**
 * What a command line asks for, 'help' included.
 *
 * @throws OptionsError with every fault
 */
export function readOptions(args: string[], env: Readonly<Record<string, string | undefined>>): Options | 'help' {
  const given = new Arguments(args);
  if (given.has('help') || args.length === 0) return 'help';
  const hasValues = !given.has('no-values');
  const common = {
    python: given.required('python', parseServerUrl, EXPECTED_URL, PLACEHOLDER_URL),
    ours: given.required('ours', parseServerUrl, EXPECTED_URL, PLACEHOLDER_URL),
    sample: given.parsed('sample', parseShare, EXPECTED_SHARE, 1),
    allowed: given.parsed('allow', parseShare, EXPECTED_SHARE, 0),
    files: { json: writableFile('json', given), html: writableFile('html', given) },
    hasValues,
  };
  if (given.errors.length === 0 && common.python.href === common.ours.href) {
    given.errors.push('--python and --ours are the same address');
  }
  const options =
    given.command === 'proxy' ? { ...common, ...proxyOptions(given) } : { ...common, ...replayOptions(given, env) };
  if (given.raw('unsafe') !== undefined) confirmUnsafeHosts(given, common.python, common.ours);
  if (given.errors.length > 0) throw new OptionsError(given.errors);
  return options;
}

function proxyOptions(given: Arguments) {
  if (given.files.length > 0) given.errors.push('proxy takes no files');
  const listen = given.required('listen', parseListenAddress, 'a port, or host:port', { host: '', port: 0 });
  return { command: 'proxy', ...listen } as const;
}

function replayOptions(given: Arguments, env: Readonly<Record<string, string | undefined>>) {
  if (given.command === 'replay' && given.files.length === 0) given.errors.push('a log or HAR file is missing');
  return {
    command: 'replay',
    sources: given.files,
    prefix: given.parsed('strip-prefix', parsePathPrefix, 'a path such as /api', ''),
    hasWrites: given.raw('unsafe') !== undefined,
    ratePerSecond: given.parsed('rate', parseCount, 'a whole number of requests a second', 50),
    concurrency: given.parsed('concurrency', parseCount, 'a whole number of requests', 4),
    headers: { ...headersFrom(HEADERS_VARIABLE, env[HEADERS_VARIABLE], given), ...headersFromFile(given) },
  } as const;
}

/** A file that a report is to be written to: better told before an hour's run than after it. */
function writableFile(option: 'json' | 'html', given: Arguments): string | undefined {
  const file = given.raw(option);
  try {
    if (file !== undefined) accessSync(dirname(file), constants.W_OK);
  } catch {
    given.errors.push(`--${option}: nothing can be written to the folder of ${file}`);
  }
  return file;
}

function headersFromFile(given: Arguments): Record<string, string> {
  const file = given.raw('header-file');
  if (file === undefined) return {};
  try {
    return headersFrom('--header-file', readFileSync(file, 'utf8'), given);
  } catch {
    given.errors.push(`--header-file: ${file} cannot be read`);
    return {};
  }
}

function headersFrom(place: string, text: string | undefined, given: Arguments): Record<string, string> {
  const headers = parseHeaderLines(text ?? '');
  if (headers === undefined) given.errors.push(`${place}: expected lines of "Name: value"`);
  return headers ?? {};
}

/** Who means a pair that may be written to knows its hosts by heart: the fault does not say what would be right. */
function confirmUnsafeHosts(given: Arguments, python: URL, ours: URL): void {
  const named =
    given
      .raw('unsafe')
      ?.split(',')
      .map((host) => host.trim()) ?? [];
  const isConfirmed = named.length === 2 && named[0] === python.host && named[1] === ours.host;
  if (!isConfirmed)
    given.errors.push('--unsafe: expected the hosts of --python and --ours, in this order: host:port,host:port');
}

const FLAGS = ['no-values', 'help'] as const;
const COMMON_OPTIONS = ['python', 'ours', 'sample', 'allow', 'json', 'html'] as const;
const COMMAND_OPTIONS = {
  replay: ['strip-prefix', 'rate', 'concurrency', 'header-file', 'unsafe'],
  proxy: ['listen'],
} as const;

type Command = keyof typeof COMMAND_OPTIONS;
export type ValueOption = (typeof COMMON_OPTIONS)[number] | (typeof COMMAND_OPTIONS)[Command][number];

/** The words of a command line, and what is wrong with them. */
export class Arguments {
  readonly errors: string[] = [];
  readonly command: Command | undefined;
  readonly files: readonly string[];
  private readonly values = new Map<string, string>();
  private readonly flags = new Set<string>();

  constructor(args: string[]) {
    const types = [...COMMON_OPTIONS, ...COMMAND_OPTIONS.replay, ...COMMAND_OPTIONS.proxy].map(
      (name) => [name, { type: 'string' }] as const,
    );
    const { tokens, positionals } = parseArgs({
      args,
      strict: false,
      tokens: true,
      allowPositionals: true,
      options: {
        ...Object.fromEntries(types),
        ...Object.fromEntries(FLAGS.map((name) => [name, { type: 'boolean' }] as const)),
      },
    });
    const [command, ...files] = positionals;
    this.command = command === 'replay' || command === 'proxy' ? command : undefined;
    this.files = files;
    for (const token of tokens) if (token.kind === 'option') this.addOption(token.name, token.rawName, token.value);
    if (this.command === undefined) this.errors.push(`${command ?? 'a command'}: expected replay or proxy`);
  }

  has(flag: (typeof FLAGS)[number]): boolean {
    return this.flags.has(flag);
  }

  raw(name: ValueOption): string | undefined {
    return this.values.get(name);
  }

  /** The value of an option; the default when it is absent, or with a fault when it is not as expected. */
  parsed<T>(name: ValueOption, format: OptionParser<T>, expected: string, absent: T): T {
    const text = this.values.get(name);
    if (text === undefined) return absent;
    const value = format(text);
    if (value === undefined) this.errors.push(`--${name}: expected ${expected}`);
    return value ?? absent;
  }

  /** The value of an option that has to be there. */
  required<T>(name: ValueOption, format: OptionParser<T>, expected: string, absent: T): T {
    if (!this.values.has(name)) this.errors.push(`--${name} is missing: ${expected}`);
    return this.parsed(name, format, expected, absent);
  }

  private addOption(name: string, rawName: string, value: string | undefined): void {
    const known: readonly string[] = [
      ...COMMON_OPTIONS,
      ...(this.command === undefined ? [] : COMMAND_OPTIONS[this.command]),
    ];
    if ((FLAGS as readonly string[]).includes(name)) {
      this.flags.add(name);
    } else if (!known.includes(name)) {
      this.errors.push(`${rawName}: no option of ${this.command ?? 'any command'}`);
    } else if (value === undefined || value.startsWith('--')) {
      this.errors.push(`${rawName} needs a value`);
    } else if (this.values.has(name)) {
      this.errors.push(`${rawName} is given twice`);
    } else {
      this.values.set(name, value);
    }
  }
}

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
