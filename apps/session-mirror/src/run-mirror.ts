/** `session-mirror replay | proxy`: compares a Python AgentOS with the session service. See `--help` for the options. */
import { type Options, OptionsError, readOptions, USAGE } from './command-line.js';
import { runProxy } from './proxy/run-proxy.js';
import { runReplay } from './replay/run-replay.js';
import { UnreadableSource } from './requests/read-requests.js';

const COULD_NOT_RUN = 2;

async function main(): Promise<number> {
  const options: Options | 'help' = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  return options.command === 'replay' ? runReplay(options) : runProxy(options, process.argv.slice(2));
}

try {
  process.exitCode = await main();
} catch (error) {
  const isExpected = error instanceof OptionsError || error instanceof UnreadableSource;
  process.stderr.write(`${isExpected ? error.message : error instanceof Error ? (error.stack ?? error) : error}\n`);
  if (error instanceof OptionsError) process.stderr.write('Run session-mirror --help for the options.\n');
  process.exitCode = COULD_NOT_RUN;
}
