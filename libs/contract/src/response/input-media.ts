import { EMPTY_ARRAY, kindOf, membersOf, objectOf, type RawJson } from '../json/raw-json.js';

const KINDS = ['images', 'videos', 'audios', 'files'];

/** The media of a run's input, each kind a list, empty where there are none. */
export function inputMedia(input: RawJson | undefined): RawJson {
  const members = input !== undefined && kindOf(input) === 'object' ? membersOf(input) : new Map<string, RawJson>();
  return objectOf(
    KINDS.map((kind) => {
      const media = members.get(kind);
      return [kind, media !== undefined && kindOf(media) === 'array' ? media : EMPTY_ARRAY];
    }),
  );
}
