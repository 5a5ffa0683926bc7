import { isIP, isIPv4 } from 'node:net';
import { problem } from '@session-service/contract';
import type { FastifyInstance } from 'fastify';

/**
 * Rejects requests for other hosts than those of loopback and `allowedHosts`. A page whose host name has been pointed at
 * 127.0.0.1 (DNS rebinding) is of the same origin as the service for the browser, but its requests name that host.
 *
 * @param allowedHosts names and addresses in lower case, without ports; undefined: every host
 */
export function rejectForeignHosts(fastify: FastifyInstance, allowedHosts: readonly string[] | undefined): void {
  if (allowedHosts === undefined) return;
  const allowed = new Set(['localhost', '::1', ...allowedHosts]);
  fastify.addHook('onRequest', ({ headers: { host }, isManagement }, _reply, done) => {
    // A request of HTTP/1.0 may lack the header. No browser sends such a request.
    const name = host === undefined ? 'localhost' : nameOf(host);
    // Probes and scrapers of the management port name the address of a pod. Only names can be rebound.
    if (allowed.has(name) || isLoopbackAddress(name) || (isManagement && isIP(name) !== 0)) done();
    else done(problem(403, 'The Host of the request is neither localhost nor in AGNO_ALLOWED_HOSTS'));
  });
}

/** True if a service that listens on `host`, a name or an address, can only be reached from its own machine. */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || isLoopbackAddress(host);
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

/** The host in lower case, without port and brackets; empty if the header is malformed. */
function nameOf(host: string): string {
  const [, address, name = address] = HOST_AND_PORT.exec(host) ?? [];
  return name?.toLowerCase() ?? '';
}

const HOST_AND_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::\d*)?$/;
