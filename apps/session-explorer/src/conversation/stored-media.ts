import type { Message } from '../api/messages';
import { sessionPath } from '../api/session-path';
import { numberOf, objectOf, objectsOf, printed, type StoredObject, textOf } from '../api/stored-values';
import { safeUrl } from '../components/markdown';

/** Where the content of a file is. */
export type MediaSource =
  | { readonly kind: 'base64'; readonly data: string }
  | { readonly kind: 'text'; readonly data: string }
  /** A path of this service. */
  | { readonly kind: 'service'; readonly path: string }
  | { readonly kind: 'remote'; readonly url: URL }
  /** A file of the machine that ran the agent, or nothing at all. */
  | { readonly kind: 'elsewhere'; readonly place: string };

/** A file of a message. */
export interface Media {
  readonly kind: 'image' | 'audio' | 'video' | 'file';
  readonly name: string;
  /** Media type such as `image/png`, if it is known. */
  readonly type: string | undefined;
  /** In bytes, if it is known. */
  readonly size: number | undefined;
  readonly source: MediaSource;
  /** What is said in an audio, or seen in an image, if it is known. */
  readonly text: string | undefined;
}

const LISTS = [
  ['images', 'image'],
  ['audio', 'audio'],
  ['videos', 'video'],
  ['files', 'file'],
] as const;

/** The files of a message: those of its lists, then the images among the parts of its content. */
export function mediaOf({ values }: Message, sessionId: string): readonly Media[] {
  const media = LISTS.flatMap(([name, kind]) =>
    objectsOf(values[name]).map((item) => mediaItem(kind, item, sessionId)),
  );
  const spoken = objectOf(values['audio_output']);
  if (Object.keys(spoken).length > 0) media.push(mediaItem('audio', spoken, sessionId));
  for (const { image_url } of objectsOf(values['content'])) {
    const url = textOf(image_url) ?? textOf(objectOf(image_url)['url']);
    if (url !== undefined) media.push(mediaItem('image', { url }, sessionId));
  }
  return media;
}

function mediaItem(kind: Media['kind'], item: StoredObject, sessionId: string): Media {
  const reference = objectOf(item['media_reference']);
  const data = dataUrlOf(textOf(item['url']));
  const format = textOf(item['format']);
  const type = textOf(item['mime_type']) ?? textOf(reference['mime_type']) ?? data?.type;
  const source = data?.source ?? referenceSource(reference, sessionId) ?? itemSource(item, type);
  return {
    kind,
    name: nameOf(item) ?? nameOf(reference) ?? lastSegment(source) ?? kind,
    type: type ?? (kind !== 'file' && format !== undefined ? `${kind}/${format}` : undefined),
    size: numberOf(item['size']) ?? numberOf(reference['size']) ?? sizeOf(source),
    source,
    text: textOf(item['transcript']) ?? textOf(item['alt_text']),
  };
}

function nameOf(item: StoredObject): string | undefined {
  return textOf(item['filename']) ?? textOf(item['name']);
}

function lastSegment(source: MediaSource): string | undefined {
  return source.kind === 'remote' ? source.url.pathname.split('/').findLast((segment) => segment !== '') : undefined;
}

function sizeOf(source: MediaSource): number | undefined {
  if (source.kind === 'base64') return Math.floor((source.data.length * 3) / 4);
  return source.kind === 'text' ? source.data.length : undefined;
}

/** Files in an object store: at their URL, or by the route of this service. */
function referenceSource(reference: StoredObject, sessionId: string): MediaSource | undefined {
  const url = safeUrl(textOf(reference['url']));
  if (url !== undefined) return { kind: 'remote', url };
  const key = textOf(reference['storage_key']);
  if (key === undefined) return undefined;
  return { kind: 'service', path: sessionPath(sessionId, ['media', ...key.split('/')], {}) };
}

function itemSource(item: StoredObject, type: string | undefined): MediaSource {
  const content = item['content'];
  if (content !== undefined && content !== null && content !== '') {
    // As the service writes it: text files as text, all others in base64.
    const isText = typeof content !== 'string' || type?.startsWith('text/');
    return isText ? { kind: 'text', data: printed(content) } : { kind: 'base64', data: content };
  }
  const place = textOf(item['url']) ?? textOf(item['filepath']);
  if (place === undefined) return { kind: 'elsewhere', place: 'Its content is not stored' };
  const url = safeUrl(place);
  return url === undefined ? serviceSource(place) : { kind: 'remote', url };
}

/** Only paths of media are read: a stored path must not make the page call another route. */
function serviceSource(place: string): MediaSource {
  const url = place.startsWith('/sessions/') ? URL.parse(place, location.origin) : null;
  const isMedia = url !== null && /^\/sessions\/[^/]+\/media\/./.test(url.pathname);
  return isMedia ? { kind: 'service', path: `${url.pathname}${url.search}` } : { kind: 'elsewhere', place };
}

interface DataUrl {
  readonly type: string;
  readonly source: MediaSource;
}

function dataUrlOf(url: string | undefined): DataUrl | undefined {
  if (url === undefined || !/^data:/i.test(url)) return undefined;
  const comma = url.indexOf(',');
  const head = url.slice('data:'.length, comma < 0 ? 0 : comma);
  const [type = ''] = head.split(';');
  if (/;base64$/i.test(head)) return { type, source: { kind: 'base64', data: url.slice(comma + 1) } };
  return { type, source: { kind: 'elsewhere', place: 'Its data URL is not in base64' } };
}
