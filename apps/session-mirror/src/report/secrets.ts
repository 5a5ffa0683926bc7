const SECRET_NAMES = /auth|cookie|key|pass|secret|session_token|token/i;
/** Shorter ones would also hide what is none. */
const MIN_SECRET_LENGTH = 6;
const REDACTED = '«hidden»';

/** Hides in what a report shows the tokens that were sent, and parameters that are called like secrets. */
export class SecretRedactor {
  private readonly common: readonly string[];

  /** `headers` are those that every request gets. */
  constructor(headers: Readonly<Record<string, string>>) {
    this.common = secretsIn(headers);
  }

  /** A function that hides the secrets of one request, and those of all. */
  redactorFor(headers: Readonly<Record<string, string>>): (text: string) => string {
    const secrets = [...this.common, ...secretsIn(headers)].sort((a, b) => b.length - a.length);
    return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, REDACTED), redactParameters(text));
  }
}

/** Values of headers that hold secrets, and their parts: the token behind `Bearer`, the values of cookies. */
function secretsIn(headers: Readonly<Record<string, string>>): string[] {
  const values = Object.entries(headers).flatMap(([name, value]) => (SECRET_NAMES.test(name) ? [value] : []));
  const parts = values.flatMap((value) => [value, ...value.split(/[\s;,]+/), ...value.split(/[\s;,]*[^\s;,=]*=/)]);
  return [...new Set(parts.map((part) => part.trim()))].filter((part) => part.length >= MIN_SECRET_LENGTH);
}

function redactParameters(text: string): string {
  return text.replace(/([?&;])([^=&;\s]+)=([^&;\s"]+)/g, (whole, mark: string, name: string) =>
    SECRET_NAMES.test(name) ? `${mark}${name}=${REDACTED}` : whole,
  );
}
