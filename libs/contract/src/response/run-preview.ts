import {
  dumps,
  firstCharacters,
  type JsonWriter,
  kindOf,
  quote,
  type RawJson,
  type Steps,
  shortened,
  unquote,
} from '@agno/json';
import type { OnInvalidField } from './invalid-fields.js';
import { runField } from './run.js';
import { RUN_SCHEMAS, type RunKind } from './run-schemas.js';
import type { Run } from './stored-run.js';

/** Length of previewed texts in code points. */
const PREVIEW_LENGTH = 280;

const FIELDS = ['run_id', 'parent_run_id', 'agent_id', 'team_id', 'workflow_id', 'user_id', 'status'];

/** Writes one entry of `GET /sessions/{id}/run-previews`: fields of the run's own shape, texts cut short. */
export function* writeRunPreview(writer: JsonWriter, kind: RunKind, run: Run, onInvalid: OnInvalidField): Steps<void> {
  const field = function* (name: string): Steps<RawJson | undefined> {
    const schema = RUN_SCHEMAS[kind].find((candidate) => candidate.name === name);
    return schema && (yield* runField(schema, kind, run, undefined, onInvalid));
  };
  writer.openObject();
  for (const name of FIELDS) writer.member(name, yield* field(name));
  writer
    .member('run_input', yield* preview(yield* field('run_input')))
    .member('content_preview', yield* preview(yield* field('content')))
    .member('created_at', yield* field('created_at'))
    .closeObject();
}

function* preview(value: RawJson | undefined): Steps<RawJson | undefined> {
  if (value === undefined) return undefined;
  const isString = kindOf(value) === 'string';
  const text = isString ? unquote(shortened(value, PREVIEW_LENGTH)) : yield* dumps(value, PREVIEW_LENGTH);
  return quote(firstCharacters(text, PREVIEW_LENGTH));
}
