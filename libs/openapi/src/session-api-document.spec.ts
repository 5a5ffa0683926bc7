import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sessionApiDocument } from './index.js';

/** The parts of AgentOS's document that generators use. Update: `AGENTOS_URL=http://… vitest run libs/openapi -u`. */
const RECORDED = join(import.meta.dirname, 'agentos-3.1.10.openapi.snap');

const liveUrl = process.env.AGENTOS_URL;
it.runIf(liveUrl !== undefined)('the recorded document matches a live AgentOS', async () => {
  const live = (await (await fetch(`${liveUrl}/openapi.json`)).json()) as Document;
  await expect(`${JSON.stringify(signature(live), null, 1)}\n`).toMatchFileSnapshot(RECORDED);
});

describe('sessionApiDocument', () => {
  const agentOs: Signature = JSON.parse(readFileSync(RECORDED, 'utf8'));
  const ours = signature(sessionApiDocument());

  it.each(Object.keys(agentOs.operations))('describes the operation %s as AgentOS does, besides extensions', (key) => {
    expect(withoutExtensions(key, ours.operations[key])).toEqual(withDeviations(agentOs).operations[key]);
  });

  it.each(Object.keys(agentOs.schemas))(
    'describes the schema %s as AgentOS does, with its members in the same order',
    (name) => {
      expect(ours.schemas[name]).toEqual(withDeviations(agentOs).schemas[name]);
      expect(memberNames(ours.schemas[name])).toEqual(memberNames(withDeviations(agentOs).schemas[name]));
    },
  );

  it('adds only the search, the messages and the liveness probe to the operations of AgentOS', () => {
    const added = (of: keyof Signature) => Object.keys(ours[of]).filter((key) => !(key in agentOs[of]));
    expect(added('operations')).toEqual([
      'POST /sessions/search',
      'GET /sessions/{session_id}/messages',
      'GET /healthz',
    ]);
    expect(added('schemas')).toEqual([
      'SearchSessionsRequest',
      'EditableSessionSchema',
      'PaginatedResponse_RunSchema_',
      'RunPageInfo',
      'PaginatedResponse_SessionRunPreviewSchema_',
      ...['MessagePage', 'AgnoMessage', 'UIMessage', 'MessageMetadata', 'AgUiMessage', 'MessagePageInfo'],
      'HealthzResponse',
    ]);
  });

  it('has a description for every operation and parameter', () => {
    for (const operation of Object.values(sessionApiDocument().paths).flatMap((path) => Object.values(path))) {
      expect(operation).toMatchObject({ summary: expect.any(String), description: expect.any(String) });
      for (const parameter of operation.parameters ?? []) expect(parameter.description).toBeTruthy();
    }
  });
});

interface Document {
  readonly paths: Record<string, object>;
  readonly components?: { schemas?: Record<string, unknown> };
}

interface Signature {
  readonly operations: Record<string, unknown>;
  readonly schemas: Record<string, unknown>;
}

interface Constraint {
  readonly type?: string;
  readonly enum?: string[];
  minimum?: number;
  maxLength?: number;
}

/** The parts of a read that `If-None-Match` makes conditional. */
const CONDITIONAL = [
  ['parameters', 'If-None-Match'],
  ['responses', '200', 'headers'],
  ['responses', '304'],
];

/** JSON paths in operations to parts that AgentOS does not have (docs/api-sessions.md); in lists, the name or `$ref` of the item. */
const EXTENSIONS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'POST /sessions': [
    ['parameters', 'if_exists'],
    ['responses', '200'],
  ],
  'GET /sessions/{session_id}': [
    ['parameters', 'view'],
    ['parameters', 'chat_history'],
    ['responses', '200', 'content', 'application/json', 'schema', 'anyOf', 'EditableSessionSchema'],
    ...CONDITIONAL,
  ],
  'GET /sessions/{session_id}/runs': CONDITIONAL,
  'GET /sessions/{session_id}/run-previews': [['parameters', 'include'], ...CONDITIONAL],
  'GET /sessions/{session_id}/runs/{run_id}': CONDITIONAL,
  'PATCH /sessions/{session_id}': [
    ['requestBody', 'content', 'application/merge-patch+json'],
    ['parameters', 'If-Match'],
    ['responses', '200', 'headers'],
    ['responses', '412'],
  ],
  'POST /sessions/{session_id}/rename': [
    ['parameters', 'If-Match'],
    ['responses', '200', 'headers'],
    ['responses', '412'],
  ],
  'DELETE /sessions/{session_id}': [
    ['parameters', 'If-Match'],
    ['responses', '412'],
  ],
};

/** The operation without its extensions, all of which it must have. */
function withoutExtensions(key: string, operation: unknown): unknown {
  const idInQuery = key.includes('{session_id}') ? [['parameters', 'id']] : [];
  const copy = structuredClone(operation);
  for (const path of [...(EXTENSIONS[key] ?? []), ...idInQuery]) {
    let part = copy as Record<string, never>;
    for (const step of path.slice(0, -1)) part = part[step] ?? expect.fail(`${key} has no ${path.join('.')}`);
    const name = path.at(-1) ?? '';
    if (Array.isArray(part)) part.splice(indexOfItem(part, name), 1);
    else {
      expect(part).toHaveProperty([name]);
      delete part[name];
    }
  }
  return copy;
}

function indexOfItem(items: readonly { name?: string; $ref?: string }[], name: string): number {
  const index = items.findIndex((item) => item.name === name || item.$ref?.endsWith(`/${name}`));
  expect(index, name).toBeGreaterThanOrEqual(0);
  return index;
}

/**
 * Adds our deviations (docs/parity.md): first page 1, maximum filter length, runs and summary of new sessions, and the
 * parameters and members of our own lists.
 */
function withDeviations(agentOs: Signature): Signature {
  const copy = structuredClone(agentOs) as {
    operations: {
      'GET /sessions': { parameters: { name: string; schema: { anyOf: Constraint[] } }[] };
    } & Record<'GET /sessions/{session_id}/runs' | 'GET /sessions/{session_id}/run-previews', RunList>;
    schemas: Record<
      'CreateSessionRequest' | 'PaginationInfo' | 'SessionRunPreviewSchema',
      { properties: Record<string, unknown> }
    >;
  };
  for (const { name, schema } of copy.operations['GET /sessions'].parameters) {
    for (const constraint of schema.anyOf ?? []) {
      if (name === 'page' && constraint.minimum === 0) constraint.minimum = 1;
      if (name === 'session_name' && constraint.type === 'string') constraint.maxLength = 256;
    }
  }
  const object = { type: 'object', additionalProperties: true };
  Object.assign(copy.schemas.CreateSessionRequest.properties, {
    runs: { anyOf: [{ type: 'array', items: object }, { type: 'null' }] },
    summary: { anyOf: [object, { type: 'null' }] },
  });
  const optional = (schema: Constraint) => ({ anyOf: [schema, { type: 'null' }] });
  const additions = {
    ...Object.fromEntries(
      ['created_after', 'created_before', 'updated_after', 'updated_before'].map((name) => [
        name,
        optional({ type: 'integer' }),
      ]),
    ),
    cursor: optional({ type: 'string' }),
    count: { ...optional({ type: 'string', enum: ['exact', 'none'] }), default: 'exact' },
  };
  copy.operations['GET /sessions'].parameters.push(
    ...Object.entries(additions).map(([name, schema]) => ({ name, in: 'query', required: false, schema })),
  );
  addRunPages(copy.operations['GET /sessions/{session_id}/runs'], 'RunSchema');
  addRunPages(copy.operations['GET /sessions/{session_id}/run-previews'], 'SessionRunPreviewSchema');
  copy.schemas.PaginationInfo.properties.next_cursor = optional({ type: 'string' });
  Object.assign(copy.schemas.SessionRunPreviewSchema.properties, {
    metrics: { anyOf: [object, { type: 'null' }] },
    model: optional({ type: 'string' }),
    model_provider: optional({ type: 'string' }),
  });
  return copy;
}

interface RunList {
  readonly parameters: object[];
  readonly responses: { readonly 200: { readonly content: { 'application/json': { schema: object } } } };
}

/** Adds the parameters of pages of runs, and the page of `schema` that is then the response. */
function addRunPages({ parameters, responses }: RunList, schema: string): void {
  const positive = { anyOf: [{ type: 'integer', minimum: 1 }, { type: 'null' }] };
  const text = { anyOf: [{ type: 'string' }, { type: 'null' }] };
  const additions = {
    page: positive,
    cursor: text,
    limit: { ...positive, default: 20 },
    order: { anyOf: [{ type: 'string', enum: ['asc', 'desc'] }, { type: 'null' }], default: 'asc' },
    top_level: { type: 'boolean', default: false },
    parent_run_id: text,
  };
  for (const [name, ofParameter] of Object.entries(additions))
    parameters.push({ name, in: 'query', required: false, schema: ofParameter });
  const { content } = responses[200];
  const page = { $ref: `#/components/schemas/PaginatedResponse_${schema}_` };
  content['application/json'].schema = { anyOf: [content['application/json'].schema, page] };
}

/** The session and health operations and the schemas that they use, without titles, descriptions and examples. */
function signature(document: Document): Signature {
  const operations: Record<string, unknown> = {};
  for (const [path, methods] of Object.entries(document.paths)) {
    if (!/^\/(sessions|health)/.test(path) || path.includes('/media/')) continue;
    for (const [method, { tags, summary, ...rest }] of Object.entries(methods)) {
      operations[`${method.toUpperCase()} ${path}`] = withoutDescriptions(rest);
    }
  }
  const schemas: Record<string, unknown> = {};
  const addReferencedSchemas = (part: unknown) => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      if (name in schemas) continue;
      schemas[name] = withoutDescriptions(document.components?.schemas?.[name]);
      addReferencedSchemas(schemas[name]);
    }
  };
  addReferencedSchemas(operations);
  return { operations, schemas };
}

function withoutDescriptions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !['title', 'description', 'example', 'examples'].includes(key));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutDescriptions(member)]));
}

/** Member names in order: AgentOS prints members in the order of the schema. */
function memberNames(schema: unknown): string[] {
  return Object.keys((schema as { properties?: object }).properties ?? {});
}
