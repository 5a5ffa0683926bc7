// Prints the failed tests of a vitest JSON report with the first lines of their errors: `node failures.mjs REPORT`.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const SHOWN_LINES = 12;

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { name: path, message, assertionResults } of testResults) {
  const file = relative(process.cwd(), path);
  for (const { status, fullName, failureMessages } of assertionResults) {
    if (status === 'failed') print(`${file} > ${fullName}`, failureMessages.join('\n'));
  }
  // The file could not be loaded, or one of its hooks failed.
  if (message) print(file, message);
}

function print(title, reason) {
  const lines = stripVTControlCharacters(reason).split('\n');
  const more = lines.length > SHOWN_LINES ? [`… ${lines.length - SHOWN_LINES} more lines above`] : [];
  console.log([`FAILED ${title}`, ...[...lines.slice(0, SHOWN_LINES), ...more].map((line) => `  ${line}`)].join('\n'));
}
