/** The value of a JSON text; undefined if it is invalid. */
export function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The member at a path; undefined if there is none. A dot is part of a name or separates nested objects. */
export function memberAt(value: unknown, path: string): unknown {
  if (isObject(value) && path in value) return value[path];
  return path.split('.').reduce<unknown>((found, name) => (isObject(found) ? found[name] : undefined), value);
}

/** Like `memberAt`, but undefined for a member that is not a string. */
export function stringAt(value: unknown, path: string): string | undefined {
  const found = memberAt(value, path);
  return typeof found === 'string' ? found : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
