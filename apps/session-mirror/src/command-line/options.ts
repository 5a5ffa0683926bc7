import type { RequestSelection } from '../requests/choose.js';

/** Files that a report goes to. */
export interface ReportFiles {
  readonly json: string | undefined;
  readonly html: string | undefined;
}

interface CommonOptions {
  readonly python: URL;
  readonly ours: URL;
  /** Share of the requests that are asked, 0 to 1. */
  readonly sample: number;
  /** Share of the pairs that may differ, 0 to 1. */
  readonly allowed: number;
  readonly files: ReportFiles;
  readonly hasValues: boolean;
}

export interface ReplayOptions extends CommonOptions, RequestSelection {
  readonly command: 'replay';
  readonly sources: readonly string[];
  readonly ratePerSecond: number;
  readonly concurrency: number;
  /** Sent with every request; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ProxyOptions extends CommonOptions {
  readonly command: 'proxy';
  readonly host: string;
  readonly port: number;
}

export type Options = ReplayOptions | ProxyOptions;

/** The command line cannot be carried out. The message has one line per fault, and no secret. */
export class OptionsError extends Error {
  constructor(readonly errors: readonly string[]) {
    super(errors.join('\n'));
  }
}
