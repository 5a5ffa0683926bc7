import { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';

/*
 * The private APIs of Node that this service uses, each with its source. `verifyNodeInternals` checks them at start, so
 * that a Node release without one of them stops the service instead of changing its behaviour.
 */

/**
 * The response that is next on a connection or being sent; undefined while the connection is idle.
 * https://github.com/nodejs/node/blob/v24.x/lib/_http_server.js (`assignSocket`)
 */
export function currentResponse(socket: object): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/**
 * Adds to Node's count of response bytes that wait for earlier responses of the same connection. Node stops reading the
 * connection while the count is above its limit. https://github.com/nodejs/node/pull/3342
 */
export function addPendingBytes(response: ServerResponse, bytes: number): void {
  (response as ServerResponse & { _onPendingData(bytes: number): void })._onPendingData(bytes);
}

/**
 * Bytes that the kernel has accepted. `bytesWritten` alone also counts chunks that wait in libuv, up to half a megabyte
 * each, and so does not show how fast a client reads. https://github.com/nodejs/node/pull/44157
 */
export function sentBytes(socket: Socket): number {
  return socket.bytesWritten - (handleOf(socket)?.writeQueueSize ?? 0);
}

function handleOf(socket: Socket): { readonly writeQueueSize?: number } | null {
  return (socket as unknown as { readonly _handle: { readonly writeQueueSize?: number } | null })._handle;
}

/** Keeps `server.close()` from closing idle connections at once: a request may be on its way on one of them. */
export function keepIdleConnectionsOnClose(server: Server): void {
  server.closeIdleConnections = () => undefined;
}

/**
 * Closes the connections without a request. Corrects two defects of Node's method: it also cuts off a response that has
 * ended but is not yet written to its socket (https://github.com/nodejs/node/pull/43890 checks only `finished`), and it
 * keeps a connection on which no byte has arrived (https://github.com/nodejs/node/issues/63452).
 */
export function closeIdleConnections(server: Server, connections: ReadonlySet<Socket>): void {
  const unsent = [...connections].flatMap((socket) => currentResponse(socket) ?? []).filter(({ finished }) => finished);
  for (const response of unsent) response.finished = false;
  Server.prototype.closeIdleConnections.call(server);
  for (const response of unsent) response.finished = true;
  for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
}

/** @throws Error when this version of Node lacks one of the private APIs */
export function verifyNodeInternals(): void {
  const socket = new Socket();
  const response = new ServerResponse(new IncomingMessage(socket));
  response.assignSocket(socket);
  // `connect` gives a socket its handle. It is destroyed below, before it connects.
  const client = connect(1, '127.0.0.1');
  const isAvailable = {
    'socket._httpMessage': currentResponse(socket) === response,
    'response._onPendingData': '_onPendingData' in response,
    'socket._handle.writeQueueSize': typeof handleOf(client)?.writeQueueSize === 'number',
    'server.close() calls closeIdleConnections': closesIdleConnections(),
  };
  client.destroy();
  const missing = Object.entries(isAvailable).flatMap(([api, isThere]) => (isThere ? [] : [api]));
  if (missing.length > 0)
    throw new Error(`This service uses private APIs that Node ${process.version} does not have: ${missing.join(', ')}`);
}

function closesIdleConnections(): boolean {
  let isCalled = false;
  const server = new Server();
  server.closeIdleConnections = () => {
    isCalled = true;
  };
  server.close();
  return isCalled;
}
