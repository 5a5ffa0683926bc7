import { parseArgs } from 'node:util';
import type { Format } from './formats.js';

const FLAGS = ['no-values', 'help'] as const;
const COMMON = ['python', 'ours', 'sample', 'allow', 'json', 'html'] as const;
const OF_COMMAND = {
  replay: ['strip-prefix', 'rate', 'concurrency', 'header-file', 'unsafe'],
  proxy: ['listen'],
} as const;

type Command = keyof typeof OF_COMMAND;
export type ValueOption = (typeof COMMON)[number] | (typeof OF_COMMAND)[Command][number];

/** The words of a command line, and what is wrong with them. */
export class Arguments {
  readonly faults: string[] = [];
  readonly command: Command | undefined;
  readonly files: readonly string[];
  private readonly values = new Map<string, string>();
  private readonly flags = new Set<string>();

  constructor(args: string[]) {
    const types = [...COMMON, ...OF_COMMAND.replay, ...OF_COMMAND.proxy].map(
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
    for (const token of tokens) if (token.kind === 'option') this.take(token.name, token.rawName, token.value);
    if (this.command === undefined) this.faults.push(`${command ?? 'a command'}: expected replay or proxy`);
  }

  has(flag: (typeof FLAGS)[number]): boolean {
    return this.flags.has(flag);
  }

  text(name: ValueOption): string | undefined {
    return this.values.get(name);
  }

  /** The value of an option; the default when it is absent, or with a fault when it is not as expected. */
  value<T>(name: ValueOption, format: Format<T>, expected: string, absent: T): T {
    const text = this.values.get(name);
    if (text === undefined) return absent;
    const value = format(text);
    if (value === undefined) this.faults.push(`--${name}: expected ${expected}`);
    return value ?? absent;
  }

  /** The value of an option that has to be there. */
  required<T>(name: ValueOption, format: Format<T>, expected: string, absent: T): T {
    if (!this.values.has(name)) this.faults.push(`--${name} is missing: ${expected}`);
    return this.value(name, format, expected, absent);
  }

  private take(name: string, rawName: string, value: string | undefined): void {
    const known: readonly string[] = [...COMMON, ...(this.command === undefined ? [] : OF_COMMAND[this.command])];
    if ((FLAGS as readonly string[]).includes(name)) {
      this.flags.add(name);
    } else if (!known.includes(name)) {
      this.faults.push(`${rawName}: no option of ${this.command ?? 'any command'}`);
    } else if (value === undefined || value.startsWith('--')) {
      this.faults.push(`${rawName} needs a value`);
    } else if (this.values.has(name)) {
      this.faults.push(`${rawName} is given twice`);
    } else {
      this.values.set(name, value);
    }
  }
}
