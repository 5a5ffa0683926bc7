import type { OpenAPIObject } from '@nestjs/swagger';

export type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
export type Schema = Schemas[string];

export const STRING: Schema = { type: 'string' };
export const INTEGER: Schema = { type: 'integer' };
export const DATE_TIME: Schema = { type: 'string', format: 'date-time' };
/** Any JSON object: AgentOS prescribes nothing about its keys. */
export const OBJECT: Schema = { type: 'object', additionalProperties: true };
export const OBJECT_ARRAY: Schema = arraySchema(OBJECT);

export function arraySchema(items: Schema): Schema {
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
export function schemaRef(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** An object with these members, of which every one in `required` is always there. */
export function objectSchema(properties: Schemas, required: readonly string[] = []): Schema {
  return { type: 'object', properties, ...(required.length > 0 && { required: [...required] }) };
}

/** Members that share one schema. */
export function propertiesOf(names: string, schema: Schema): Schemas {
  return Object.fromEntries(names.split(' ').map((name) => [name, schema]));
}
