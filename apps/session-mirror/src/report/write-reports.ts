import { rename, writeFile } from 'node:fs/promises';
import { pageOf } from './page.js';
import type { Report } from './report.js';

/** Files that a report goes to. */
export interface ReportFiles {
  readonly json: string | undefined;
  readonly html: string | undefined;
}

/** Writes the report; who opens a file meanwhile sees the whole of the old or of the new one. */
export async function writeReports(report: Report, { json, html }: ReportFiles): Promise<void> {
  if (json !== undefined) await replace(json, `${JSON.stringify(report, null, 2)}\n`);
  if (html !== undefined) await replace(html, pageOf(report));
}

async function replace(file: string, text: string): Promise<void> {
  // Values of answers are in it.
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
