import { closest, distance } from 'fastest-levenshtein';
import { Environment } from './environment.js';

/**
 * Returns a warning for each variable that the service ignores although it looks like one of its own: it begins with
 * `AGNO_`, or is a misspelt name, such as OS_SECURTY_KEY. The values are not quoted.
 */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.keys(new Environment());
  return Object.keys(env)
    .filter((name) => !known.includes(name) && !OTHERS.some((other) => other.test(name)))
    .map((name) => ({ name, nearest: closest(name, known) }))
    .filter(({ name, nearest }) => name.startsWith('AGNO_') || isMisspelt(name, nearest))
    .map(({ name, nearest }) => `${name} is ignored: it is not a setting of this service; did you mean ${nearest}?`);
}

function isMisspelt(name: string, nearest: string): boolean {
  return name.length >= MIN_LENGTH && distance(name, nearest) <= MAX_MISTAKES;
}

/**
 * Minimum length of a name that can count as misspelt: shorter ones, such as LOG_LEVEL, resemble those of other
 * programs.
 */
const MIN_LENGTH = 10;
const MAX_MISTAKES = 2;

/** Names that other programs set: AgentOS, with which a deployment may share its variables, and our own processes. */
const OTHERS = [
  /^AGNO_(ALPHA_FEATURES|API|BACKGROUND|DEBUG|ENCRYPTION_KEY|GIT_TOKEN|KEY|LOG|RUNTIME|SANDBOX|TELEMETRY)/,
  /^AGNO_(WORKER_SEAT|SERVICE_STARTED_AT)$/,
  // Kubernetes sets these for every Service whose name starts with `agno-`.
  /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)$/,
];
