/** A stored object. Agents have written it, so that each of its members may be missing or have any type. */
export type StoredObject = Readonly<Record<string, unknown>>;

/** The value if it is a string that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The value if it is a finite number. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The value if it is an object, else an empty one. */
export function objectOf(value: unknown): StoredObject {
  return isObject(value) ? value : {};
}

/** The objects of a list; none if the value is no list. */
export function objectsOf(value: unknown): readonly StoredObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Any value as a text to read: strings as they are, others as JSON. */
export function printed(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? '');
}

function isObject(value: unknown): value is StoredObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
