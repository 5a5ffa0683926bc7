import { randomUUID } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { OptionsError } from '../command-line.js';

/** Only the owner may read a report, because it contains values of responses. */
const MODE = 0o600;

/**
 * Identifies the file that this process created, even if another file has its path later. The descriptor stays open,
 * because otherwise a file that replaces it could get the same inode.
 */
interface FileIdentity {
  readonly descriptor: number;
  readonly dev: bigint;
  readonly ino: bigint;
}

/** A path at which this process created a file; plain data, so that the proxy's thread can continue with it. */
export interface ClaimedFile {
  readonly path: string;
  readonly identity: FileIdentity;
}

export type ClaimedFiles = Readonly<Partial<Record<'json' | 'html', ClaimedFile>>>;

/**
 * Creates the report files, empty, before anything is compared. The creation is exclusive, so it neither overwrites a file
 * nor follows a link.
 *
 * @throws OptionsError for each file that exists or cannot be created
 */
export function claimReportFiles(paths: Readonly<Record<'json' | 'html', string | undefined>>): ClaimedFiles {
  const errors: string[] = [];
  const claimed: { json?: ClaimedFile; html?: ClaimedFile } = {};
  for (const format of ['json', 'html'] as const) {
    const path = paths[format];
    if (path === undefined) continue;
    try {
      claimed[format] = { path, identity: createFile(path, '') };
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EEXIST';
      errors.push(`--${format}: ${isTaken ? `${path} exists; remove it or name another file` : messageOf(error)}`);
    }
  }
  if (errors.length === 0) return claimed;
  releaseUnwritten(claimed);
  throw new OptionsError(errors);
}

/** Removes the files that are still as `claimReportFiles` created them, because a run that has failed wrote no report. */
export function releaseUnwritten(files: ClaimedFiles): void {
  for (const { path, identity } of Object.values(files)) {
    if (isSame(fileAt(path), identity)) rmSync(path);
  }
}

/** A report file that is replaced as a whole, so that readers never see a part of a report. */
export class ReportFile {
  private readonly path: string;
  private identity: FileIdentity;
  /**
   * Descriptor of the file that was written last. The descriptor of the claimed file is never closed, because another
   * thread may have opened it.
   */
  private own: number | undefined;

  constructor({ path, identity }: ClaimedFile) {
    this.path = path;
    this.identity = identity;
  }

  /**
   * Replaces the file, or creates it again if it was moved away. Synchronous, so that two replacements cannot overlap.
   *
   * @throws Error if the path names a file of another program, or cannot be written
   */
  replace(content: string): void {
    const temporary = `${this.path}.${randomUUID()}.tmp`;
    let created: FileIdentity | undefined;
    try {
      created = createFile(temporary, content);
      const present = fileAt(this.path);
      if (present === undefined) closeSync(createFile(this.path, '').descriptor);
      else if (!isSame(present, this.identity)) throw new Error(`${this.path} was replaced by another program`);
      renameSync(temporary, this.path);
      if (this.own !== undefined) closeSync(this.own);
      this.own = created.descriptor;
      this.identity = created;
    } catch (error) {
      if (created !== undefined) closeSync(created.descriptor);
      rmSync(temporary, { force: true });
      throw error;
    }
  }
}

/** @throws Error also if the path is a link, even one without a target */
function createFile(path: string, content: string): FileIdentity {
  const descriptor = openSync(path, 'wx', MODE);
  try {
    writeFileSync(descriptor, content);
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return { descriptor, dev, ino };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function fileAt(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function isSame(file: BigIntStats | undefined, { dev, ino }: FileIdentity): boolean {
  return file?.dev === dev && file.ino === ino;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
