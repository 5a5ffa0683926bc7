import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { RequestSelection } from './requests/mirror-request.js';

interface CommonOptions {
  readonly python: URL;
  readonly ours: URL;
  /** Random fraction of the requests to compare, from 0 to 1. */
  readonly sample: number;
  /** Fraction of the compared requests that may differ or fail without failing the run, from 0 to 1. */
  readonly allowed: number;
  /** Paths of the report files to write; undefined: no report in this format. */
  readonly files: Readonly<Record<'json' | 'html', string | undefined>>;
  readonly hasValues: boolean;
}

export interface ReplayOptions extends CommonOptions, RequestSelection {
  readonly command: 'replay';
  readonly sources: readonly string[];
  readonly ratePerSecond: number;
  readonly concurrency: number;
  /** Headers sent with every request, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ProxyOptions extends CommonOptions {
  readonly command: 'proxy';
  readonly host: string;
  readonly port: number;
}

export type Options = ReplayOptions | ProxyOptions;

/** An invalid command line. The message has one line per error and contains no secrets. */
export class OptionsError extends Error {
  constructor(readonly errors: readonly string[]) {
    super(errors.join('\n'));
  }
}

export const USAGE = `Compares the responses of a Python AgentOS with those of the session service.

  session-mirror replay FILE… --python URL --ours URL [options]
  session-mirror proxy --listen [HOST:]PORT --python URL --ours URL [options]

replay sends the requests recorded in FILE to both servers. FILE is an access log in JSON lines, common or combined
format ("-" for standard input), or a browser's *.har file.
proxy forwards all requests to Python and copies GET and HEAD requests to our service.

  --python URL         the AgentOS, whose responses count as correct
  --ours URL           the session service
  --sample FRACTION    compare only a random part of the requests: 10% or 0.1
  --allow FRACTION     exit with 0 if at most this part of the requests differs or fails: 0.1%
  --json FILE          write the report as JSON
  --html FILE          write the report as an HTML page
  --no-values          report the types of differing values instead of the values

replay only:
  --strip-prefix PATH  remove a gateway's prefix from recorded paths: /api
  --rate N             requests per second to each side (50)
  --concurrency N      concurrent requests to each side (4)
  --header-file FILE   headers for every request, one per line: "Authorization: Bearer …"; also from MIRROR_HEADERS
  --unsafe HOSTS       also replay writes from HAR files, in order. Only for two servers with disposable data, whose hosts
  must be repeated here: python.test:7777,ours.test:8080

proxy only:
  --listen [HOST:]PORT address for clients; the default HOST is 127.0.0.1

Exit codes: 0 all responses are equal, 1 responses differ or are missing, 2 the run failed or compared nothing.
docs/mirror.md defines when responses count as equal.
`;

const PLACEHOLDER_URL = new URL('http://localhost');
const EXPECTED_URL = 'an http:// or https:// URL without credentials and query';
const EXPECTED_FRACTION = 'a percentage or fraction such as 10% or 0.1';
const HEADERS_VARIABLE = 'MIRROR_HEADERS';

/**
 * Parses the command line. Returns 'help' for --help or without arguments.
 *
 * @throws OptionsError with all errors
 */
export function readOptions(args: string[], env: Readonly<Record<string, string | undefined>>): Options | 'help' {
  const given = new Arguments(args);
  if (given.has('help') || args.length === 0) return 'help';
  const common = {
    python: given.required('python', parseServerUrl, EXPECTED_URL, PLACEHOLDER_URL),
    ours: given.required('ours', parseServerUrl, EXPECTED_URL, PLACEHOLDER_URL),
    sample: given.parsed('sample', parseFraction, EXPECTED_FRACTION, 1),
    allowed: given.parsed('allow', parseFraction, EXPECTED_FRACTION, 0),
    files: { json: writableFile('json', given), html: writableFile('html', given) },
    hasValues: !given.has('no-values'),
  };
  if (given.errors.length === 0 && common.python.href === common.ours.href) {
    given.errors.push('--python and --ours are the same URL');
  }
  const own = given.command === 'proxy' ? proxyOptions(given) : replayOptions(given, env);
  if (given.raw('unsafe') !== undefined) confirmUnsafeHosts(given, common.python, common.ours);
  if (given.errors.length > 0) throw new OptionsError(given.errors);
  return { ...common, ...own };
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
    ratePerSecond: given.parsed('rate', parseCount, 'a whole number of requests per second', 50),
    concurrency: given.parsed('concurrency', parseCount, 'a whole number of requests', 4),
    headers: { ...headersFrom(HEADERS_VARIABLE, env[HEADERS_VARIABLE], given), ...headersFromFile(given) },
  } as const;
}

/** Checks before the run that the report file can be written, so that a long run does not fail at its end. */
function writableFile(option: 'json' | 'html', given: Arguments): string | undefined {
  const file = given.raw(option);
  try {
    if (file !== undefined) accessSync(dirname(file), constants.W_OK);
  } catch {
    given.errors.push(`--${option}: cannot write to the folder of ${file}`);
  }
  return file;
}

function headersFromFile(given: Arguments): Record<string, string> {
  const file = given.raw('header-file');
  if (file === undefined) return {};
  try {
    return headersFrom('--header-file', readFileSync(file, 'utf8'), given);
  } catch {
    given.errors.push(`--header-file: cannot read ${file}`);
    return {};
  }
}

function headersFrom(source: string, lines: string | undefined, given: Arguments): Record<string, string> {
  const headers = parseHeaderLines(lines ?? '');
  if (headers === undefined) given.errors.push(`${source}: expected lines of "Name: value"`);
  return headers ?? {};
}

/** Checks that --unsafe repeats both hosts. The error does not name them, so that they cannot be copied from it. */
function confirmUnsafeHosts(given: Arguments, python: URL, ours: URL): void {
  const named = given
    .raw('unsafe')
    ?.split(',')
    .map((host) => host.trim());
  if (named?.join() !== `${python.host},${ours.host}`)
    given.errors.push('--unsafe: expected the hosts of --python and --ours, in this order: host:port,host:port');
}

const FLAGS = ['no-values', 'help'] as const;
const COMMON_OPTIONS = ['python', 'ours', 'sample', 'allow', 'json', 'html'] as const;
const COMMAND_OPTIONS = {
  replay: ['strip-prefix', 'rate', 'concurrency', 'header-file', 'unsafe'],
  proxy: ['listen'],
} as const;

type Command = keyof typeof COMMAND_OPTIONS;
type ValueOption = (typeof COMMON_OPTIONS)[number] | (typeof COMMAND_OPTIONS)[Command][number];

/** The parsed command line. Collects all errors, so that users see every mistake at once. */
class Arguments {
  readonly errors: string[] = [];
  readonly command: Command | undefined;
  readonly files: readonly string[];
  private readonly values = new Map<string, string>();
  private readonly flags = new Set<string>();

  constructor(args: string[]) {
    const valueOptions = [...COMMON_OPTIONS, ...COMMAND_OPTIONS.replay, ...COMMAND_OPTIONS.proxy];
    const { tokens, positionals } = parseArgs({
      args,
      strict: false,
      tokens: true,
      allowPositionals: true,
      options: {
        ...Object.fromEntries(valueOptions.map((name) => [name, { type: 'string' }] as const)),
        ...Object.fromEntries(FLAGS.map((name) => [name, { type: 'boolean' }] as const)),
      },
    });
    const [command, ...files] = positionals;
    this.command = command === 'replay' || command === 'proxy' ? command : undefined;
    this.files = files;
    for (const token of tokens) if (token.kind === 'option') this.addOption(token.name, token.rawName, token.value);
    if (this.command === undefined) this.errors.push(`${command ?? 'command is missing'}: expected replay or proxy`);
  }

  has(flag: (typeof FLAGS)[number]): boolean {
    return this.flags.has(flag);
  }

  raw(name: ValueOption): string | undefined {
    return this.values.get(name);
  }

  /** The value of an option, or `absent` if it is missing or invalid. Records an error for an invalid value. */
  parsed<T>(name: ValueOption, parse: OptionParser<T>, expected: string, absent: T): T {
    const raw = this.values.get(name);
    if (raw === undefined) return absent;
    const value = parse(raw);
    if (value === undefined) this.errors.push(`--${name}: expected ${expected}`);
    return value ?? absent;
  }

  /** Like `parsed`, but records an error if the option is missing. */
  required<T>(name: ValueOption, parse: OptionParser<T>, expected: string, absent: T): T {
    if (!this.values.has(name)) this.errors.push(`--${name} is missing: expected ${expected}`);
    return this.parsed(name, parse, expected, absent);
  }

  private addOption(name: string, rawName: string, value: string | undefined): void {
    // Without a command, only its absence is an error.
    const own = this.command === undefined ? Object.values(COMMAND_OPTIONS).flat() : COMMAND_OPTIONS[this.command];
    const known: readonly string[] = [...COMMON_OPTIONS, ...own];
    if ((FLAGS as readonly string[]).includes(name)) {
      this.flags.add(name);
    } else if (!known.includes(name)) {
      this.errors.push(`${rawName}: not an option of ${this.command ?? 'any command'}`);
    } else if (value === undefined || value.startsWith('--')) {
      this.errors.push(`${rawName} needs a value`);
    } else if (this.values.has(name)) {
      this.errors.push(`${rawName} is given twice`);
    } else {
      this.values.set(name, value);
    }
  }
}

/** Parses the value of an option. Returns undefined if the value is invalid. */
type OptionParser<T> = (text: string) => T | undefined;

/** Parses `10%` or `0.1` to a number from 0 to 1. */
const parseFraction: OptionParser<number> = (text) => {
  const found = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const value = Number(found?.[1] ?? Number.NaN) / (found?.[2] === '%' ? 100 : 1);
  return value >= 0 && value <= 1 ? value : undefined;
};

const parseCount: OptionParser<number> = (text) => {
  return /^\d{1,6}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
};

/** Rejects URLs with credentials, because they would be visible in the process list. */
const parseServerUrl: OptionParser<URL> = (text) => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '' ? url : undefined;
};

const parsePathPrefix: OptionParser<string> = (text) => (/^\/[!-~]*[^/?#]$/.test(text) ? text : undefined);

/** Parses `8000`, `0.0.0.0:8000` or `[::1]:8000`. The default host is 127.0.0.1. */
const parseListenAddress: OptionParser<{ host: string; port: number }> = (text) => {
  const found = /^(?:(?<host>[\w.-]+|\[[0-9a-fA-F:]+\]):)?(?<port>\d{1,5})$/.exec(text)?.groups;
  const port = Number(found?.['port'] ?? Number.NaN);
  return port <= 65_535 ? { host: (found?.['host'] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port } : undefined;
};

/** Parses lines of `Name: value` into headers with names in lower case. Ignores empty lines and lines that start with #. */
const parseHeaderLines: OptionParser<Record<string, string>> = (text) => {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const pairs = lines.map((line) => /^([\w!#$%&'*+.^`|~-]+):\s*([\t\x20-\x7e\x80-\xff]*?)\s*$/.exec(line));
  if (pairs.some((pair) => pair === null)) return undefined;
  return Object.fromEntries(pairs.map((pair) => [(pair?.[1] ?? '').toLowerCase(), pair?.[2] ?? '']));
};
