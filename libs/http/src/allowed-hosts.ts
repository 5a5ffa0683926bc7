import { BlockList, isIP, isIPv6 } from 'node:net';
import { problem } from '@session-service/contract';
import type { FastifyInstance } from 'fastify';

export interface HostOptions {
  /** Names and addresses in lower case, without ports, that the `Host` of a request may name besides loopback. */
  readonly allowedHosts: readonly string[];
  /** True if the sessions need no authentication. */
  readonly isOpen: boolean;
}

/**
 * Rejects requests whose Host is neither of loopback nor in `allowedHosts`. If `allowedHosts` is empty, checks only
 * requests that need no authentication, and only while the service listens on loopback. Protects from DNS rebinding: a
 * web page whose host name resolves to 127.0.0.1 has the same origin as the service for the browser, but the Host of
 * its requests is that name.
 */
export function rejectForeignHosts(fastify: FastifyInstance, { allowedHosts, isOpen }: HostOptions): void {
  const allowed = new Set(['localhost', '127.0.0.1', ...allowedHosts]);
  let isLocal: boolean | undefined;
  fastify.addHook('onRequest', ({ headers: { host }, isManagement }, _reply, done) => {
    // Known only when the service listens: AGNO_SERVICE_HOST can be a name, or an address in another form.
    isLocal ??= listensOnLoopback(fastify);
    const isChecked = allowedHosts.length > 0 || (isLocal && (isOpen || isManagement));
    // A request of HTTP/1.0 may lack the header. No browser sends such a request.
    const name = host === undefined || !isChecked ? 'localhost' : nameOf(host);
    // Probes and scrapers of the management port send the address of a pod. DNS rebinding affects names only.
    if (allowed.has(name) || isLoopbackAddress(name) || (isManagement && isIP(name) !== 0)) done();
    else done(problem(403, 'The Host of the request is neither localhost nor in AGNO_ALLOWED_HOSTS'));
  });
}

function listensOnLoopback({ server }: FastifyInstance): boolean {
  const address = server.address();
  return typeof address === 'object' && address !== null && isLoopbackAddress(address.address);
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Also true for the IPv4 addresses of loopback in the form of IPv6. */
function isLoopbackAddress(address: string): boolean {
  return isIP(address) !== 0 && LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** The host in lower case, without port and brackets; empty if the header is malformed. */
function nameOf(host: string): string {
  const [, address, name = address] = HOST_AND_PORT.exec(host) ?? [];
  return name?.toLowerCase() ?? '';
}

const HOST_AND_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::\d*)?$/;
