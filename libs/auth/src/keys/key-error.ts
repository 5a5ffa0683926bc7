/** A key that cannot serve. The message completes "NAME …" and holds nothing of the key. */
export class KeyError extends Error {}
