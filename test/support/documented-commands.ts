import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CHECKOUT } from './session-service.js';

/** A command of a page, and the output that the page says it prints. */
export interface DocumentedCommand {
  readonly command: string;
  readonly output: string;
}

/** The commands in the console blocks of a page. Further lines of a command are indented by four spaces. */
export function documentedCommands(page: string): DocumentedCommand[] {
  const text = readFileSync(resolve(CHECKOUT, page), 'utf8');
  const blocks = [...text.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((example) => {
        const lines = example.split('\n');
        const end = lines.findLastIndex((line) => line.startsWith('    ')) + 1 || 1;
        return { command: lines.slice(0, end).join('\n'), output: lines.slice(end).join('\n') };
      }),
  );
}
