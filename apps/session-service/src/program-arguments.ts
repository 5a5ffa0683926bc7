/**
 * Reads the command line of a program that environment variables configure: prints `usage` for `--help`, one line for an
 * unknown argument, and exits. Needs no module, since it is called before the program is loaded.
 *
 * @param flags options that the program accepts besides `--help`
 */
export function checkArguments(usage: string, ...flags: readonly string[]): void {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  const unknown = args.find((argument) => !flags.includes(argument));
  if (unknown === undefined) return;
  process.stderr.write(`Unknown argument ${JSON.stringify(unknown)}; --help prints what is known\n`);
  process.exit(2);
}
