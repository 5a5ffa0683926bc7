import { closest } from 'fastest-levenshtein';
import { Environment } from './environment.js';

/**
 * Returns a warning for each `AGNO_` variable that the service does not know and so ignores, such as a misspelt one. The
 * values are not quoted.
 */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.keys(new Environment()).filter((name) => name.startsWith('AGNO_'));
  return Object.keys(env)
    .filter((name) => name.startsWith('AGNO_') && !known.includes(name) && !OTHERS.some((other) => other.test(name)))
    .map((name) => `${name} is ignored: it is not a setting of this service; did you mean ${closest(name, known)}?`);
}

/** Names that other programs set: AgentOS, with which a deployment may share its variables, and our own processes. */
const OTHERS = [
  /^AGNO_(ALPHA_FEATURES|API|BACKGROUND|DEBUG|ENCRYPTION_KEY|GIT_TOKEN|KEY|LOG|RUNTIME|SANDBOX|TELEMETRY)/,
  /^AGNO_(WORKER_SEAT|SERVICE_STARTED_AT)$/,
  // Kubernetes sets these for every Service whose name starts with `agno-`.
  /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)$/,
];
