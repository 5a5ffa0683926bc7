import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Arguments } from './arguments.js';
import {
  parseCount,
  parseHeaderLines,
  parseListenAddress,
  parsePathPrefix,
  parseServerUrl,
  parseShare,
} from './formats.js';
import { type Options, OptionsError } from './options.js';

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
