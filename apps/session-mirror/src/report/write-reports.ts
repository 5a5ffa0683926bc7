import { rename, writeFile } from 'node:fs/promises';
import type { ReportFiles } from '../command-line/options.js';
import { renderReportPage } from './page.js';
import type { MirrorReport } from './report.js';

/** Writes the report; who opens a file meanwhile sees the whole of the old or of the new one. */
export async function writeReports(report: MirrorReport, { json, html }: ReportFiles): Promise<void> {
  if (json !== undefined) await replaceFile(json, `${JSON.stringify(report, null, 2)}\n`);
  if (html !== undefined) await replaceFile(html, renderReportPage(report));
}

async function replaceFile(file: string, text: string): Promise<void> {
  // Values of answers are in it.
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
