import type { Difference } from '@session-service/comparison';
import type { ProxyName } from '../../gateway/gateway-process.js';
import type { ContractCase } from './contract-case.js';
import type { CaseOutcome } from './perform-case.js';
import type { Step } from './send-step.js';

const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const DOUBLE_SLASH_OR_DOTS = /\/\/|\/\.\.?(?:\/|$)/;

/** The status with which the gateway itself responds to a request (docs/deployment.md); undefined: it is passed on. */
function refusalOf({ method, path: target }: Step, proxy: ProxyName): number | undefined {
  const path = target.split('?', 1)[0] ?? '';
  if (proxy === 'nginx' && method === 'TRACE') return 405;
  if (proxy === 'nginx' && path.includes('%00')) return 400;
  if (BROKEN_ESCAPE.test(path)) return proxy === 'haproxy' ? 404 : 400;
  return DOUBLE_SLASH_OR_DOTS.test(path) ? 404 : undefined;
}

/** True if there is a gateway, and it responds itself to a request of the case. */
export function isRefused({ steps }: ContractCase, proxy: ProxyName | undefined): boolean {
  return proxy !== undefined && steps.some((step) => refusalOf(step, proxy) !== undefined);
}

/** The requests of the case that the gateway should refuse, but did not. */
export function refusalDifferences(
  { steps }: ContractCase,
  { responses }: CaseOutcome,
  proxy: ProxyName,
): Difference[] {
  return steps.flatMap((step, index) => {
    const [expected, actual] = [refusalOf(step, proxy), responses[index]?.status];
    if (expected === undefined || expected === actual) return [];
    return [{ path: 'status of the gateway', expected: String(expected), actual: String(actual) }];
  });
}
