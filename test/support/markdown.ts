import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CHECKOUT } from './session-service.js';

/** Replaces the text between the marks `<!-- written by …: begin -->` and `… end -->` of a document of the checkout. */
export function writeBetweenMarks(document: string, writer: string, text: string): void {
  const path = resolve(CHECKOUT, document);
  const content = readFileSync(path, 'utf8');
  const [begin, end] = [`<!-- written by ${writer}: begin -->`, `<!-- written by ${writer}: end -->`];
  const [before, after] = [
    content.slice(0, content.indexOf(begin) + begin.length),
    content.slice(content.indexOf(end)),
  ];
  writeFileSync(path, `${before}\n\n${text}\n\n${after}`);
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
