import { parseArgs } from 'node:util';
import type { OptionParser } from './formats.js';

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
