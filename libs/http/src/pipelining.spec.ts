import { connect } from 'node:net';
import Fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serializePipelined } from './pipelining.js';

const REQUESTS = 100;

describe('serializePipelined', () => {
  it('lets other connections run between two requests, even if their responses take no time', async () => {
    const fastify = Fastify();
    onTestFinished(() => fastify.close());
    serializePipelined(fastify);
    const order: string[] = [];
    const isAnswered = new Promise((resolve) => {
      fastify.get('/:number', (request) => {
        // The event loop reads from sockets before it comes to the next immediate.
        if (order.push(request.url) === 1) setImmediate(() => order.push('others'));
        if (request.url === `/${REQUESTS}`) resolve(true);
        return 'ok';
      });
    });
    const { port } = new URL(await fastify.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1').resume();
    onTestFinished(() => void socket.destroy());
    const heads = Array.from({ length: REQUESTS }, (_, index) => `GET /${index + 1} HTTP/1.1\r\nHost: x\r\n\r\n`);
    socket.write(heads.join(''));
    await isAnswered;
    expect(order.slice(0, 3)).toEqual(['/1', 'others', '/2']);
    expect(order).toHaveLength(REQUESTS + 1);
  });
});
