import { asRaw, EMPTY_STRING, kindOf, MemberNames, quote, type RawJson, unquote } from '@session-service/json';
import { anyValue, type Coercion, laxFloat, laxInteger, laxString } from '../coercion.js';

/** A printed member of a media object. `byDefault` is printed when the member is absent, but not when it is null. */
type MediaField = readonly [name: string, coerce: Coercion, byDefault?: RawJson];

/** The rules for one kind of media (image, audio, video or file) in messages and run inputs. */
export interface MediaKind {
  /** The members between `id` and the content, in printed order. */
  readonly fields: readonly MediaField[];
  /** The fields that a message prints for media whose content is inline. */
  readonly inlineFields: ReadonlySet<string>;
  /** The fields that a run's input prints for media whose content is inline. */
  readonly inlineInputFields: ReadonlySet<string>;
  /** Prints the content; undefined when it is empty. */
  readonly printContent: (content: RawJson, mimeType: RawJson | undefined) => RawJson | undefined;
  /** Files have fewer rules than other media: any content, several sources and an empty id are valid. */
  readonly isFile: boolean;
}

const SOURCES: readonly MediaField[] = [
  ['url', laxString],
  ['filepath', laxString],
];

const PROMPTS: readonly MediaField[] = [
  ['original_prompt', laxString],
  ['revised_prompt', laxString],
];

export const IMAGE: MediaKind = {
  fields: [
    ...SOURCES,
    ['format', laxString],
    ['mime_type', laxString],
    ['detail', laxString],
    ...PROMPTS,
    ['alt_text', laxString],
  ],
  inlineFields: new Set(['format', 'mime_type']),
  inlineInputFields: new Set(['format', 'mime_type', 'detail', 'original_prompt', 'revised_prompt', 'alt_text']),
  printContent: printBytes,
  isFile: false,
};

const INLINE_AUDIO_FIELDS = new Set(['mime_type', 'sample_rate', 'channels', 'transcript', 'expires_at']);

export const AUDIO: MediaKind = {
  fields: [
    ...SOURCES,
    ['format', laxString],
    ['mime_type', laxString],
    ['duration', laxFloat],
    ['sample_rate', laxInteger, asRaw('24000')],
    ['channels', laxInteger, asRaw('1')],
    ['transcript', laxString],
    ['expires_at', laxInteger],
  ],
  inlineFields: INLINE_AUDIO_FIELDS,
  inlineInputFields: INLINE_AUDIO_FIELDS,
  printContent: printBytes,
  isFile: false,
};

export const VIDEO: MediaKind = {
  fields: [
    ...SOURCES,
    ['format', laxString],
    ['mime_type', laxString],
    ['duration', laxFloat],
    ['width', laxInteger],
    ['height', laxInteger],
    ['fps', laxFloat],
    ['eta', laxString],
    ...PROMPTS,
  ],
  inlineFields: new Set(['format', 'mime_type']),
  inlineInputFields: new Set(['format', 'mime_type']),
  printContent: printBytes,
  isFile: false,
};

const INLINE_FILE_FIELDS = ['mime_type', 'filename', 'format', 'name'];

export const FILE: MediaKind = {
  fields: [
    ...SOURCES,
    ['mime_type', laxString],
    ['file_type', laxString],
    ['filename', laxString],
    ['size', laxInteger],
    ['external', anyValue],
    ['format', laxString],
    ['name', laxString],
  ],
  inlineFields: new Set(INLINE_FILE_FIELDS),
  inlineInputFields: new Set([...INLINE_FILE_FIELDS, 'url', 'filepath', 'file_type', 'size']),
  printContent: printFileContent,
  isFile: true,
};

/** The members of all kinds of media objects together. */
export const MEDIA_MEMBERS = new MemberNames([
  ...['id', 'content', 'media_reference', 'metadata', 'citations'],
  ...[IMAGE, AUDIO, VIDEO, FILE].flatMap(({ fields }) => fields.map(([name]) => name)),
]);

function printBytes(content: RawJson): RawJson | undefined {
  return kindOf(content) === 'string' ? reencodeBase64(content) : undefined;
}

/** Prints files of a text type as plain text, others as base64, and content that is not a string unchanged. */
function printFileContent(content: RawJson, mimeType: RawJson | undefined): RawJson {
  if (kindOf(content) !== 'string' || mimeType?.startsWith('"text/')) return content;
  return reencodeBase64(content) ?? EMPTY_STRING;
}

/**
 * Decodes inline content and encodes it again, as AgentOS does. Like Python's `b64decode`, skips characters outside the
 * alphabet and anything after the padding. A string that is not base64 counts as the content itself, in UTF-8.
 *
 * @param raw a JSON string
 * @returns undefined when the content is empty
 */
export function reencodeBase64(raw: RawJson): RawJson | undefined {
  if (isCanonicalBase64(raw)) return raw.length > 2 ? raw : undefined;
  const content = unquote(raw);
  const bytes = decodeBase64(content) ?? Buffer.from(content, 'utf8');
  return bytes.length === 0 ? undefined : asRaw(`"${bytes.toString('base64')}"`);
}

/** True for base64 that re-encodes to itself, the usual case, so that large images need not be decoded. */
function isCanonicalBase64(raw: RawJson): boolean {
  if (raw.length % 4 !== 2 || !/^"[A-Za-z0-9+/]*={0,2}"$/.test(raw)) return false;
  const lastFour = raw.slice(1, -1).slice(-4);
  return /^(?:.[AQgw]==|..[AEIMQUYcgkosw048]=|[^=]*)$/.test(lastFour);
}

function decodeBase64(content: string): Buffer | undefined {
  if (/[\u0080-\uffff]/.test(content)) return undefined;
  let data = '';
  for (const [, digits = '', padding = ''] of content.replace(/[^A-Za-z0-9+/=]+/g, '').matchAll(/([^=]*)(=*)/g)) {
    data += digits;
    const rest = data.length % 4;
    if (rest >= 2 && rest + padding.length >= 4) return Buffer.from(data, 'base64');
  }
  return data.length % 4 === 0 ? Buffer.from(data, 'base64') : undefined;
}

const OFFICE_OPEN_XML = 'application/vnd.openxmlformats-officedocument';

const FILE_MIME_TYPES = new Set<string>(
  [
    'application/json',
    'application/msword',
    'application/pdf',
    'application/vnd.ms-excel',
    'application/vnd.ms-outlook',
    'application/vnd.ms-powerpoint',
    `${OFFICE_OPEN_XML}.presentationml.presentation`,
    `${OFFICE_OPEN_XML}.spreadsheetml.sheet`,
    `${OFFICE_OPEN_XML}.wordprocessingml.document`,
    'application/x-javascript',
    'application/x-python',
    'application/zip',
    'message/rfc822',
    ...['css', 'csv', 'html', 'javascript', 'markdown', 'plain', 'rtf', 'x-python', 'xml'].map(
      (type) => `text/${type}`,
    ),
  ].map(quote),
);

/** True for a JSON string with a media type that AgentOS accepts for files. */
export function isFileMimeType(raw: RawJson): boolean {
  return FILE_MIME_TYPES.has(raw);
}
