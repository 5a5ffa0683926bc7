import type { OpenAPIObject } from '@nestjs/swagger';

export type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
export type Schema = Schemas[string];

export const STRING: Schema = { type: 'string' };
export const INTEGER: Schema = { type: 'integer' };
export const BOOLEAN: Schema = { type: 'boolean' };
export const DATE_TIME: Schema = { type: 'string', format: 'date-time' };
/** Any JSON object; AgentOS does not restrict the keys. */
export const OBJECT: Schema = { type: 'object', additionalProperties: true };
export const OBJECT_ARRAY: Schema = arraySchema(OBJECT);

export function arraySchema(items: Schema): Schema {
  return { type: 'array', items };
}

export function anyOf(...schemas: Schema[]): Schema {
  return { anyOf: schemas };
}

/** A schema that also accepts null. */
export function optional(schema: Schema): Schema {
  return anyOf(...('anyOf' in schema && schema.anyOf ? schema.anyOf : [schema]), { type: 'null' });
}

/** A reference to a schema in the document's `components`. */
export function schemaRef(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export function objectSchema(properties: Schemas, required: readonly string[] = []): Schema {
  return { type: 'object', properties, ...(required.length > 0 && { required: [...required] }) };
}

/** The same schema for each of the names, which are separated by spaces. */
export function propertiesOf(names: string, schema: Schema): Schemas {
  return Object.fromEntries(names.split(' ').map((name) => [name, schema]));
}
