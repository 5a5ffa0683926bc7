import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Arguments } from './arguments.js';
import { address, count, headerLines, listenAddress, prefix, share } from './formats.js';
import { type Options, OptionsError } from './options.js';

const NOWHERE = new URL('http://localhost');
const AN_ADDRESS = 'an http:// or https:// address without credentials and query';
const A_SHARE = 'a share such as 10% or 0.1';
const HEADER_VARIABLE = 'MIRROR_HEADERS';

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
    python: given.required('python', address, AN_ADDRESS, NOWHERE),
    ours: given.required('ours', address, AN_ADDRESS, NOWHERE),
    sample: given.value('sample', share, A_SHARE, 1),
    allowed: given.value('allow', share, A_SHARE, 0),
    files: { json: writable('json', given), html: writable('html', given) },
    hasValues,
  };
  if (given.faults.length === 0 && common.python.href === common.ours.href) {
    given.faults.push('--python and --ours are the same address');
  }
  const options =
    given.command === 'proxy' ? { ...common, ...proxyPart(given) } : { ...common, ...replayPart(given, env) };
  if (given.text('unsafe') !== undefined) checkHosts(given, common.python, common.ours);
  if (given.faults.length > 0) throw new OptionsError(given.faults);
  return options;
}

function proxyPart(given: Arguments) {
  if (given.files.length > 0) given.faults.push('proxy takes no files');
  const listen = given.required('listen', listenAddress, 'a port, or host:port', { host: '', port: 0 });
  return { command: 'proxy', ...listen } as const;
}

function replayPart(given: Arguments, env: Readonly<Record<string, string | undefined>>) {
  if (given.command === 'replay' && given.files.length === 0) given.faults.push('a log or HAR file is missing');
  return {
    command: 'replay',
    sources: given.files,
    prefix: given.value('strip-prefix', prefix, 'a path such as /api', ''),
    hasWrites: given.text('unsafe') !== undefined,
    ratePerSecond: given.value('rate', count, 'a whole number of requests a second', 50),
    concurrency: given.value('concurrency', count, 'a whole number of requests', 4),
    headers: { ...headersOf(HEADER_VARIABLE, env[HEADER_VARIABLE], given), ...fileHeaders(given) },
  } as const;
}

/** A file that a report is to be written to: better told before an hour's run than after it. */
function writable(option: 'json' | 'html', given: Arguments): string | undefined {
  const file = given.text(option);
  try {
    if (file !== undefined) accessSync(dirname(file), constants.W_OK);
  } catch {
    given.faults.push(`--${option}: nothing can be written to the folder of ${file}`);
  }
  return file;
}

function fileHeaders(given: Arguments): Record<string, string> {
  const file = given.text('header-file');
  if (file === undefined) return {};
  try {
    return headersOf('--header-file', readFileSync(file, 'utf8'), given);
  } catch {
    given.faults.push(`--header-file: ${file} cannot be read`);
    return {};
  }
}

function headersOf(place: string, text: string | undefined, given: Arguments): Record<string, string> {
  const headers = headerLines(text ?? '');
  if (headers === undefined) given.faults.push(`${place}: expected lines of "Name: value"`);
  return headers ?? {};
}

/** Who means a pair that may be written to knows its hosts by heart: the fault does not say what would be right. */
function checkHosts(given: Arguments, python: URL, ours: URL): void {
  const named =
    given
      .text('unsafe')
      ?.split(',')
      .map((host) => host.trim()) ?? [];
  const isConfirmed = named.length === 2 && named[0] === python.host && named[1] === ours.host;
  if (!isConfirmed)
    given.faults.push('--unsafe: expected the hosts of --python and --ours, in this order: host:port,host:port');
}
