import type { BodyText } from '../json/body-text.js';
import { dumps } from '../json/python-text.js';
import { kindOf, quote, type RawJson, unquote } from '../json/raw-json.js';
import { BodyWriter, type OnMisfit } from './body-writer.js';
import type { Run } from './merged-runs.js';
import { runField } from './run.js';
import { RUN_SCHEMAS, type RunKind } from './run-schemas.js';

/** Length of previewed texts in code points. */
const PREVIEW_LENGTH = 280;

const FIELDS = ['run_id', 'parent_run_id', 'agent_id', 'team_id', 'workflow_id', 'user_id', 'status'];

/** One entry of `GET /sessions/{id}/run-previews`: fields of the run's own shape, texts cut short. */
export function runPreview(kind: RunKind, run: Run, onMisfit: OnMisfit): BodyText {
  const field = (name: string) => {
    const schema = RUN_SCHEMAS[kind].find((candidate) => candidate.name === name);
    return schema && runField(schema, kind, run, undefined, onMisfit);
  };
  const body = new BodyWriter('dropped');
  for (const name of FIELDS) body.add(name, field(name));
  return body
    .add('run_input', cut(field('run_input')))
    .add('content_preview', cut(field('content')))
    .add('created_at', field('created_at'))
    .done();
}

function cut(value: RawJson | undefined): RawJson | undefined {
  if (value === undefined) return undefined;
  const text = kindOf(value) === 'string' ? unquote(value) : dumps(value);
  if (text.length <= PREVIEW_LENGTH) return quote(text);
  return quote(
    Array.from(text.slice(0, PREVIEW_LENGTH * 2))
      .slice(0, PREVIEW_LENGTH)
      .join(''),
  );
}
