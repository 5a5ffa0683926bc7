import type { DatabaseServer } from '../support/postgres.js';
import type { Report } from './harness/report.js';

export async function runExtras(_postgres: DatabaseServer, _report: Report): Promise<void> {}
