import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type IfNoneMatch, parseIfNoneMatch } from '@session-service/contract';
import { discardBody } from '@session-service/http';
import type { PageVersion, RunsSelection, SessionVersion, VersionReference } from '@session-service/storage';
import type { FastifyRequest } from 'fastify';
import type { TaggedBody } from './entity-tag.js';
import { decodeRanges, encodeRanges } from './page-ranges.js';
import type { SessionContext } from './session-access.js';
import type { SessionResponse } from './session-response.js';
import type { ResponseBody } from './write-response.js';

/** Injection token of the version of this service. */
export const RELEASE = Symbol('release');

/** A body with the version of the rows that it shows. Without a version, the response has no ETag. */
export interface VersionedBody {
  readonly body: ResponseBody;
  readonly version?: SessionVersion | PageVersion | undefined;
}

/** A read of one session to which `If-None-Match` applies. */
export interface ConditionalRead {
  /** The rows on which the response depends. */
  readonly rows: VersionReference;
  /** Of a page: the runs of its list. Its version also covers those that it reads, which its ETag names. */
  readonly page?: RunsSelection | undefined;
  /** True if AgentOS does not have this read: its response always has an ETag, also without `If-None-Match`. */
  readonly isAddition?: boolean;
  /** Reads and writes the response. @param isVersioned with the version of the rows, read in the same snapshot */
  readonly read: (isVersioned: boolean) => Promise<VersionedBody>;
}

/** Our ETags without `W/`: a digest, for a page its ranges of runs, and `~` for rows which are not flushed yet. */
const OUR_TAG = /^"[\w-]{43}(?:\.([\w.:+-]+))?(~)?"$/;

/** Maximum number of pages of one request that are read again to compare their versions. */
const MAX_COMPARED = 3;

/** The ETags of a version, without `W/`. */
interface VersionTags {
  /** The ETag of a response with this version. */
  readonly current: string;
  /**
   * All that a client may have got for the same rows: one of rows that were not flushed holds until the next checkpoint,
   * one of flushed rows as long as the rows.
   */
  readonly matching: readonly string[];
}

/**
 * Responds 304 to a read whose response the client has, before transcripts are read (ADR 12). The ETags are weak: they
 * identify rows, not bytes.
 */
@Injectable()
export class ConditionalReads {
  constructor(@Inject(RELEASE) private readonly release: string) {}

  /** The response to a read, or 304. */
  async respond(request: FastifyRequest, context: SessionContext, read: ConditionalRead): Promise<SessionResponse> {
    const condition = conditionOf(request);
    if (condition === undefined && !read.isAddition) return read.read(false);
    const known = await this.knownTag(request, context, read, condition);
    if (known !== undefined) return notModified(known);
    const { body, version } = await read.read(true);
    const tags = version && this.tagsOf(request, context, version);
    if (tags === undefined) return { body };
    const etag = `W/${tags.current}`;
    // Only the read tells whether there is a response.
    if (condition !== 'any') return { body, etag, isRevalidated: true };
    discardBody(body);
    return notModified(etag);
  }

  /** The response with a strong ETag, or 304. */
  revalidate(request: FastifyRequest, { body, etag }: TaggedBody): SessionResponse {
    const condition = conditionOf(request);
    if (condition === 'any' || condition?.has(etag)) return notModified(etag);
    return { body, etag, isRevalidated: true };
  }

  /** The current ETag, if the client has this response. Reads nothing if it has none of our ETags. */
  private async knownTag(
    request: FastifyRequest,
    context: SessionContext,
    read: ConditionalRead,
    condition: IfNoneMatch | undefined,
  ): Promise<string | undefined> {
    if (condition === undefined || condition === 'any') return undefined;
    const ours = [...condition].map((tag) => OUR_TAG.exec(tag)).filter((match) => match !== null);
    const needsCheckpoint = ours.some(([, , unflushed]) => unflushed !== undefined);
    const texts = new Set(ours.map(([, ranges]) => ranges));
    for (const ranges of [...texts].slice(0, MAX_COMPARED)) {
      const version = await readVersion(context, read, ranges, needsCheckpoint);
      const tags = version && this.tagsOf(request, context, version);
      if (tags?.matching.some((tag) => condition.has(tag))) return `W/${tags.current}`;
    }
    return undefined;
  }

  /** Undefined if a tag would be too long. */
  private tagsOf(
    { url }: FastifyRequest,
    context: SessionContext,
    version: SessionVersion | PageVersion,
  ): VersionTags | undefined {
    const { rows, server, isFlushed, checkpoint } = version;
    const ranges = 'ranges' in version ? encodeRanges(version.ranges) : '';
    if (ranges === undefined) return undefined;
    const shown = [this.release, context.repository.database.id, context.userId ?? null, url, server, rows, ranges];
    const suffix = ranges === '' ? '' : `.${ranges}`;
    const flushed = `"${digestOf(shown)}${suffix}"`;
    if (checkpoint === undefined) return { current: flushed, matching: [flushed] };
    const unflushed = `"${digestOf([...shown, checkpoint])}${suffix}~"`;
    return { current: isFlushed ? flushed : unflushed, matching: [flushed, unflushed] };
  }
}

/** The present version of the rows and of the ranges that an ETag names. */
function readVersion(
  context: SessionContext,
  { rows, page }: ConditionalRead,
  text: string | undefined,
  needsCheckpoint: boolean,
): Promise<SessionVersion | PageVersion | undefined> | undefined {
  const { versions, runPages } = context.repository;
  if (text === undefined) return versions.read(context, rows, needsCheckpoint);
  const ranges = decodeRanges(text);
  return page && ranges && runPages.version(context, rows.id, page, ranges);
}

function conditionOf({ headers }: FastifyRequest): IfNoneMatch | undefined {
  return parseIfNoneMatch(headers['if-none-match']);
}

function digestOf(parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url');
}

function notModified(etag: string): SessionResponse {
  return { status: 304, body: undefined, etag, isRevalidated: true };
}
