import type { Server as HttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { problem } from '@session-service/contract';
import type { FastifyInstance } from 'fastify';
import { currentResponse } from './node-internals.js';
import { rawPathOf } from './paths.js';

/**
 * A second port for probes, metrics and docs, which the network closes to clients. It passes its connections to the HTTP
 * server of the main port, so that all hooks, limits and timeouts apply to both.
 * https://nodejs.org/api/http.html#event-connection
 */
export class ManagementPort {
  private readonly sockets = new Set<Socket>();
  private readonly listener;

  constructor(server: HttpServer) {
    // The socket options that Node's HTTP server sets on its own connections.
    this.listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      server.emit('connection', socket);
    });
  }

  /** True for a connection of this port that is open. */
  has(socket: Socket): boolean {
    return this.sockets.has(socket);
  }

  listen(port: number, host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.listener.once('error', reject).listen(port, host, resolve);
    });
  }

  /**
   * Resolves when the requests in flight are answered. Call it after the main port has closed, because probes must get
   * responses until the end.
   */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.listener.close(() => resolve());
      for (const socket of this.sockets) if (currentResponse(socket) === undefined) socket.destroy();
    });
  }
}

/** Paths that the management port serves. */
const MANAGEMENT_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/healthz', '/metrics', '/openapi.json']);
/** Paths that the main port does not have while there is a management port. */
const PRIVATE_PATHS: ReadonlySet<string> = new Set(['/metrics', '/openapi.json']);
const DOCS = /^\/docs(\/|$)/;

/** Responds 404 to requests whose path is not served by their port, and sets `request.isManagement`. */
export function separateManagement(fastify: FastifyInstance, port: ManagementPort | undefined): void {
  if (port === undefined) {
    fastify.decorateRequest('isManagement', false);
    return;
  }
  fastify.decorateRequest('isManagement', {
    getter() {
      return port.has(this.raw.socket);
    },
  });
  fastify.addHook('onRequest', ({ url, isManagement }, _reply, done) => {
    const path = rawPathOf(url);
    const isServed = isManagement ? MANAGEMENT_PATHS.has(path) || DOCS.test(path) : !isPrivate(path);
    done(isServed ? undefined : problem(404, 'Not Found'));
  });
}

function isPrivate(path: string): boolean {
  return PRIVATE_PATHS.has(path) || DOCS.test(path);
}
