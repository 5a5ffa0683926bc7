import {
  dumps,
  firstCharacters,
  type JsonWriter,
  kindOf,
  quote,
  type RawJson,
  runSync,
  type Steps,
  shortened,
  unquote,
} from '@agno/json';
import type { OnInvalidField } from './invalid-fields.js';
import { fieldValue, printedField } from './run.js';
import { RUN_FIELDS, type RunKind } from './run-schemas.js';
import type { Run } from './stored-run.js';

/** Length of previewed texts in code points. */
const PREVIEW_LENGTH = 280;

/** The fields of a preview: those of the run's own shape, texts cut short. */
const PREVIEW_FIELDS: readonly (readonly [printedName: string, name: string])[] = [
  ...['run_id', 'parent_run_id', 'agent_id', 'team_id', 'workflow_id', 'user_id', 'status'].map(
    (name) => [name, name] as const,
  ),
  ['run_input', 'run_input'],
  ['content_preview', 'content'],
  ['created_at', 'created_at'],
];

/** Writes one entry of `GET /sessions/{id}/run-previews`. */
export function* writeRunPreview(writer: JsonWriter, kind: RunKind, run: Run, onInvalid: OnInvalidField): Steps<void> {
  writer.openObject();
  for (const [printedName, name] of PREVIEW_FIELDS) {
    const field = RUN_FIELDS[kind].find((candidate) => candidate.name === name);
    if (field === undefined) continue;
    const made = fieldValue(field, run);
    const value = printedField(field, typeof made === 'object' ? yield* made : made, onInvalid);
    const isText = name === 'run_input' || name === 'content';
    writer.member(printedName, isText && value !== undefined ? previewOf(value) : value);
  }
  writer.closeObject();
}

function previewOf(value: RawJson): RawJson {
  const isString = kindOf(value) === 'string';
  const text = isString ? unquote(shortened(value, PREVIEW_LENGTH)) : runSync(dumps(value, PREVIEW_LENGTH));
  return isString && text.length < PREVIEW_LENGTH ? value : quote(firstCharacters(text, PREVIEW_LENGTH));
}
