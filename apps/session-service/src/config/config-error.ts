/** The environment is not usable. The message has one line per fault; no line holds a value that could be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly errors: readonly string[]) {
    super(errors.join('\n'));
  }
}
