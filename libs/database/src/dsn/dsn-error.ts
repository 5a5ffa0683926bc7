/** A DSN that cannot be used. The message never holds a part of the DSN that could be a secret. */
export class DsnError extends Error {
  override readonly name = 'DsnError';
}
