/** `session-mirror replay | proxy`: compares a Python AgentOS with the session service. See `--help` for the options. */
import { type Options, OptionsError, readOptions, USAGE } from './command-line.js';
import { COULD_NOT_RUN } from './comparison-run.js';
import { runProxy } from './proxy/run-proxy.js';
import { runReplay } from './replay/run-replay.js';
import { claimReportFiles, releaseUnwritten } from './report/report-files.js';
import { UnreadableSource } from './requests/read-requests.js';

async function main(): Promise<number> {
  const options: Options | 'help' = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const files = claimReportFiles(options.files);
  try {
    return await (options.command === 'replay'
      ? runReplay(options, files)
      : runProxy(options, files, process.argv.slice(2)));
  } catch (error) {
    releaseUnwritten(files);
    throw error;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const isExpected = error instanceof OptionsError || error instanceof UnreadableSource;
  process.stderr.write(`${isExpected ? error.message : error instanceof Error ? (error.stack ?? error) : error}\n`);
  if (error instanceof OptionsError) process.stderr.write('Run session-mirror --help for the options.\n');
  process.exitCode = COULD_NOT_RUN;
}
