import {
  EMPTY_STRING,
  isPresent,
  itemsOf,
  type JsonWriter,
  kindOf,
  MemberNames,
  membersOf,
  quote,
  type RawJson,
  type Steps,
  stringOf,
  unquote,
} from '@session-service/json';
import { MEDIA_LISTS } from '../messages/chat-message.js';
import { AUDIO, MEDIA_MEMBERS, type MediaKind } from '../messages/media-kinds.js';
import { readMediaReference } from '../messages/message-media.js';
import type { ConversationEntry } from './conversation-entry.js';
import { type Members, stringMember } from './tool-calls.js';

/** The kind of a media part: the first half of its media type, or a file of any type. */
export type MediaCategory = 'image' | 'audio' | 'video' | 'file';

/** A part of a message: a text, or media by its URL or with its content. Values are JSON strings. */
export type ContentPart =
  | { readonly text: RawJson }
  | {
      readonly category: MediaCategory;
      readonly mimeType: RawJson | undefined;
      readonly filename: RawJson | undefined;
      readonly source: MediaSource;
    };

type MediaSource = { readonly url: RawJson } | { readonly base64: RawJson };

const CATEGORIES: Readonly<Record<string, MediaCategory>> = {
  images: 'image',
  audio: 'audio',
  videos: 'video',
  files: 'file',
};

/** The parts of a message in reading order: its media, then its text. */
export function* contentParts({ message, sessionId }: ConversationEntry): Steps<ContentPart[]> {
  const parts: ContentPart[] = [];
  for (const { name, kind } of MEDIA_LISTS) {
    for (const item of itemsOf(message.get(name))) {
      addMedia(parts, CATEGORIES[name] ?? 'file', kind, item, sessionId);
      yield;
    }
  }
  addMedia(parts, 'audio', AUDIO, message.get('audio_output'), sessionId);
  for (const part of yield* textParts(message.get('content'))) parts.push(part);
  return parts;
}

const PART_MEMBERS = new MemberNames(['text', 'image_url', 'type']);
const URL_MEMBER = new MemberNames(['url']);

/** Content is a string or a list of parts, whose form depends on the provider of the model. */
export function* textParts(content: RawJson | undefined): Steps<ContentPart[]> {
  if (!isPresent(content) || content === EMPTY_STRING) return [];
  if (kindOf(content) === 'string') return [{ text: content }];
  const parts: ContentPart[] = [];
  for (const item of itemsOf(content)) {
    const part = kindOf(item) === 'object' ? partOf(membersOf(item, PART_MEMBERS)) : undefined;
    if (part !== undefined) parts.push(part);
    else if (kindOf(item) === 'string') parts.push({ text: item });
    yield;
  }
  return parts;
}

function partOf(members: Members): ContentPart | undefined {
  const text = stringMember(members, 'text');
  if (text !== undefined) return { text };
  const image = members.get('image_url');
  const url = image === undefined ? undefined : (stringMember(membersOf(image, URL_MEMBER), 'url') ?? ifString(image));
  return url && { category: 'image', mimeType: undefined, filename: undefined, source: { url } };
}

function ifString(raw: RawJson): RawJson | undefined {
  return kindOf(raw) === 'string' ? raw : undefined;
}

const REFERENCE_MEMBERS = new MemberNames(['url', 'storage_key', 'mime_type', 'filename']);

function addMedia(
  parts: ContentPart[],
  category: MediaCategory,
  kind: MediaKind,
  stored: RawJson | undefined,
  sessionId: string,
): void {
  const members = membersOf(stored, MEDIA_MEMBERS);
  const reference = membersOf(readMediaReference(members.get('media_reference'))?.json, REFERENCE_MEMBERS);
  const named = stringMember(members, 'mime_type') ?? stringMember(reference, 'mime_type');
  const mimeType = named ?? mimeTypeOf(category, stringMember(members, 'format'));
  const source = storedSource(reference, sessionId) ?? mediaSource(members, kind, mimeType);
  if (source === undefined) return;
  const filename =
    stringMember(members, 'filename') ?? stringMember(members, 'name') ?? stringMember(reference, 'filename');
  parts.push({ category, mimeType, filename, source });
}

function mimeTypeOf(category: MediaCategory, format: RawJson | undefined): RawJson | undefined {
  const name = format && unquote(format);
  return name !== undefined && category !== 'file' && /^[\w.+-]+$/.test(name)
    ? quote(`${category}/${name}`)
    : undefined;
}

/** Where a client finds media in an object store: at their URL, or by AgentOS's route. */
function storedSource(reference: Members, sessionId: string): MediaSource | undefined {
  const url = nonEmptyMember(reference, 'url');
  if (url !== undefined) return { url };
  const key = nonEmptyMember(reference, 'storage_key');
  return key && { url: mediaPath(sessionId, unquote(key)) };
}

/** Where a client finds other media. A file of the machine that ran the agent has only its path. */
function mediaSource(members: Members, kind: MediaKind, mimeType: RawJson | undefined): MediaSource | undefined {
  const stored = members.get('content');
  const content = isPresent(stored) ? kind.printContent(stored, mimeType) : undefined;
  if (content !== undefined) return { base64: base64Of(content, mimeType) };
  const url = nonEmptyMember(members, 'url') ?? nonEmptyMember(members, 'filepath');
  return url && { url };
}

function nonEmptyMember(members: Members, name: string): RawJson | undefined {
  const value = stringMember(members, name);
  return value === EMPTY_STRING ? undefined : value;
}

function mediaPath(sessionId: string, key: string): RawJson {
  const [id, ...segments] = [sessionId, ...key.split('/')].map((segment) => encodeURIComponent(segment.toWellFormed()));
  return quote(`/sessions/${id}/media/${segments.join('/')}`);
}

/** Content is printed in base64, but that of text files as text, and content that is not a string as JSON. */
function base64Of(content: RawJson, mimeType: RawJson | undefined): RawJson {
  if (kindOf(content) === 'string' && !mimeType?.startsWith('"text/')) return content;
  return quote(Buffer.from(stringOf(content) ?? content, 'utf8').toString('base64'));
}

/** Writes content as a data URL (RFC 2397). */
export function writeDataUrl(writer: JsonWriter, base64: RawJson, mimeType: RawJson | undefined): void {
  writer.valueInParts(`"data:${(mimeType ?? OCTET_STREAM).slice(1, -1)};base64,`, base64.slice(1));
}

export const OCTET_STREAM = quote('application/octet-stream');
