import {
  asRaw,
  EMPTY_STRING,
  isPresent,
  itemsOf,
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
import { AUDIO, MEDIA_MEMBERS } from '../messages/media-kinds.js';
import { reprintMedia } from '../messages/message-media.js';
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
export function* contentParts({ message, path, sessionId }: ConversationEntry): Steps<ContentPart[]> {
  const parts: ContentPart[] = [];
  for (const { name, kind } of MEDIA_LISTS) {
    let index = 0;
    for (const item of itemsOf(message.get(name))) {
      addMedia(
        parts,
        CATEGORIES[name] ?? 'file',
        item,
        reprintMedia(kind, item, path.child(name).child(index++)),
        sessionId,
      );
      yield;
    }
  }
  const output = message.get('audio_output');
  if (output !== undefined) {
    addMedia(parts, 'audio', output, reprintMedia(AUDIO, output, path.child('audio_output')), sessionId);
  }
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

const FORMAT_MEMBER = new MemberNames(['format']);

function addMedia(
  parts: ContentPart[],
  category: MediaCategory,
  stored: RawJson,
  printed: RawJson | undefined,
  sessionId: string,
): void {
  if (printed === undefined) return;
  const members = membersOf(printed, MEDIA_MEMBERS);
  const reference = membersOf(members.get('media_reference'), REFERENCE_MEMBERS);
  const named = stringMember(members, 'mime_type') ?? stringMember(reference, 'mime_type');
  // AgentOS does not print the format of inline audio.
  const mimeType = named ?? mimeTypeOf(category, stringMember(membersOf(stored, FORMAT_MEMBER), 'format'));
  const source = mediaSource(members, reference, sessionId, mimeType);
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

/**
 * Where a client finds media: its stored URL or content, or the path of AgentOS's route for media in an object store. A file
 * of the machine that ran the agent has only its path.
 */
function mediaSource(
  members: Members,
  reference: Members,
  sessionId: string,
  mimeType: RawJson | undefined,
): MediaSource | undefined {
  const url = nonEmptyMember(reference, 'url') ?? nonEmptyMember(members, 'url');
  if (url !== undefined) return { url };
  const key = nonEmptyMember(reference, 'storage_key');
  if (key !== undefined) return { url: mediaPath(sessionId, unquote(key)) };
  const content = members.get('content');
  if (isPresent(content)) return { base64: base64Of(content, mimeType) };
  const filepath = nonEmptyMember(members, 'filepath');
  return filepath && { url: filepath };
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

/** A data URL (RFC 2397), a JSON string. */
export function dataUrl(base64: RawJson, mimeType: RawJson | undefined): RawJson {
  return asRaw(`"data:${(mimeType ?? OCTET_STREAM).slice(1, -1)};base64,${base64.slice(1)}`);
}

export const OCTET_STREAM = quote('application/octet-stream');
