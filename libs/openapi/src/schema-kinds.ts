import type { OpenAPIObject } from '@nestjs/swagger';

export type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
export type Schema = Schemas[string];

export const TEXT: Schema = { type: 'string' };
export const WHOLE: Schema = { type: 'integer' };
export const TIME: Schema = { type: 'string', format: 'date-time' };
/** Any JSON object: AgentOS prescribes nothing about its keys. */
export const OBJECT: Schema = { type: 'object', additionalProperties: true };
export const OBJECTS: Schema = listOf(OBJECT);

export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

export function anyOf(...schemas: Schema[]): Schema {
  return { anyOf: schemas };
}

/** A value that may be null, which here also means that it may be absent. */
export function optional(schema: Schema): Schema {
  return anyOf(...('anyOf' in schema && schema.anyOf ? schema.anyOf : [schema]), { type: 'null' });
}

/** The schema with that name among the components. */
export function named(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** An object with these members, of which every one in `required` is always there. */
export function objectOf(properties: Schemas, required: readonly string[] = []): Schema {
  return { type: 'object', properties, ...(required.length > 0 && { required: [...required] }) };
}

/** Members that share one schema. */
export function each(names: string, schema: Schema): Schemas {
  return Object.fromEntries(names.split(' ').map((name) => [name, schema]));
}
