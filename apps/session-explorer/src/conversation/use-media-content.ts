import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { fetchFromService, useService } from '../api/client';
import { useView } from '../shell/view';
import type { Media } from './stored-media';

/** The content of a file, once it is there. */
export interface MediaContent {
  /** A `blob:` URL, valid while the component is mounted. */
  readonly url: string | undefined;
  readonly problem: Error | null;
}

/** Types that a browser shows in an element; all others are bytes, so that they cannot run as a page of this origin. */
const SHOWN_TYPE = /^(?:image|audio|video)\/[\w.+-]+$/;

/**
 * Reads a file, with the token of the user where it is in an object store.
 *
 * @param isWanted false: does not read it yet
 */
export function useMediaContent({ source, type }: Media, isWanted: boolean): MediaContent {
  const service = useService();
  const [{ database }] = useView();
  const path = source.kind === 'service' ? source.path : '';
  const fetched = useQuery({
    queryKey: ['media', database, path],
    enabled: isWanted && path !== '',
    queryFn: async ({ signal }) => {
      const { pathname, searchParams } = new URL(path, location.origin);
      if (database !== undefined) searchParams.set('db_id', database);
      return (await fetchFromService(service, `${pathname}?${searchParams}`, signal)).blob();
    },
    // A service without media storage responds 503 for good; lines are mounted again whenever they become visible.
    retry: false,
    retryOnMount: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  const [result, setResult] = useState<MediaContent>({ url: undefined, problem: null });
  const { data: blob } = fetched;
  useEffect(() => {
    if (!isWanted) return;
    const content = source.kind === 'base64' ? decoded(source.data) : source.kind === 'text' ? source.data : blob;
    if (content === undefined) return;
    if (content instanceof Error) {
      setResult({ url: undefined, problem: content });
      return;
    }
    const shown = type !== undefined && SHOWN_TYPE.test(type) ? type : 'application/octet-stream';
    const url = URL.createObjectURL(new Blob([content], { type: shown }));
    setResult({ url, problem: null });
    return () => URL.revokeObjectURL(url);
  }, [source, type, blob, isWanted]);
  return fetched.error === null ? result : { url: undefined, problem: fetched.error };
}

function decoded(base64: string): Uint8Array<ArrayBuffer> | Error {
  try {
    const bytes = atob(base64);
    const content = new Uint8Array(bytes.length);
    for (let index = 0; index < bytes.length; index++) content[index] = bytes.charCodeAt(index);
    return content;
  } catch {
    return new Error('Its content is not base64');
  }
}
