import {
  EMPTY_OBJECT,
  entriesOf,
  isEmptyContainer,
  isPresent,
  isTruthy,
  MemberNames,
  membersOf,
  NULL,
  objectOf,
  quote,
  type RawJson,
  type Steps,
  stringOf,
  withoutMembers,
} from '@session-service/json';
import { reprintIsoDatetime } from '../time/iso-datetime.js';
import {
  echo,
  missing,
  notADatetime,
  notADatetimeType,
  notAString,
  type ReportIssue,
  unknownKey,
} from '../validation-issues.js';
import { Fields } from './body-fields.js';

/** Keys that AgentOS's runtime writes into the metadata of runs. Clients cannot set them. */
export const RESERVED_METADATA_KEYS = new MemberNames([
  'agno_component_version',
  'agno_dispatch_chain',
  'agno_dispatch_depth',
]);

/**
 * Reads the member `metadata`, cleaned and without reserved keys. JSON null if it has only reserved keys; undefined if
 * the member is absent.
 */
export function* readMetadata(fields: Fields): Steps<RawJson | undefined> {
  const metadata = fields.object('metadata');
  if (metadata === undefined) return undefined;
  const members = membersOf(metadata, RESERVED_METADATA_KEYS);
  const hasReserved = [...RESERVED_METADATA_KEYS].some((key) => members.has(key));
  if (!hasReserved) return yield* fields.cleanedValue('metadata', metadata);
  const allowed = withoutMembers(metadata, RESERVED_METADATA_KEYS);
  return isEmptyContainer(allowed) ? NULL : yield* fields.cleanedValue('metadata', allowed);
}

/** As `readMetadata`, for a merge patch: JSON null removes all keys; without allowed keys the patch is empty. */
export function* readMetadataPatch(fields: Fields): Steps<RawJson | undefined> {
  if (fields.members.get('metadata') === NULL) return NULL;
  const metadata = yield* readMetadata(fields);
  return metadata === NULL ? EMPTY_OBJECT : metadata;
}

const SUMMARY_KEYS = new MemberNames(['summary', 'topics', 'updated_at']);

/**
 * Reads the member `summary` in its stored form: the keys `summary`, `topics` and `updated_at` in this order, without
 * null topics and empty dates. `summary` and `topics` may have any type; the date is reprinted (`Z` becomes `+00:00`).
 * Undefined when the member is absent.
 *
 * @param report called for unknown keys, a missing or null `summary` and an invalid date, to which AgentOS responds 500
 */
export function* readSummary(fields: Fields, report: ReportIssue): Steps<RawJson | undefined> {
  const raw = fields.object('summary');
  if (raw === undefined) return undefined;
  const summary = new Fields(raw, SUMMARY_KEYS, { ...fields.rules, loc: fields.locOf('summary') });
  checkSummaryText(summary, report);
  const stored: [string, RawJson][] = [];
  for (const name of ['summary', 'topics']) {
    const value = summary.members.get(name);
    if (isPresent(value)) stored.push([name, yield* summary.cleanedValue(name, value)]);
  }
  const updatedAt = readUpdatedAt(summary, report);
  if (updatedAt !== undefined) stored.push(['updated_at', quote(updatedAt)]);
  for (const [key, value] of entriesOf(raw)) {
    if (!SUMMARY_KEYS.has(key)) report(unknownKey(summary.locOf(key), echo(value)));
    yield;
  }
  return objectOf(stored);
}

function checkSummaryText(summary: Fields, report: ReportIssue): void {
  const loc = summary.locOf('summary');
  const text = summary.members.get('summary');
  if (text === undefined) report(missing(loc, echo(summary.raw)));
  else if (text === NULL) report(notAString(loc, NULL));
}

function readUpdatedAt(summary: Fields, report: ReportIssue): string | undefined {
  const raw = summary.members.get('updated_at');
  if (!isTruthy(raw)) return undefined;
  const loc = summary.locOf('updated_at');
  const value = stringOf(raw);
  if (value === undefined) {
    report(notADatetimeType(loc, echo(raw)));
    return undefined;
  }
  const printed = reprintIsoDatetime(value);
  if (printed === undefined) report(notADatetime(loc, echo(raw)));
  return printed;
}
