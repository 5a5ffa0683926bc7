import type { TestPostgres } from '../support/postgres.js';
import type { Report } from './harness/report.js';

export async function runExtras(_postgres: TestPostgres, _report: Report): Promise<void> {}
