/**
 * Baseline for the cost of sending: a plain HTTP server that downloads a body once and sends it from memory. `/whole` sends
 * one buffer; `/pieces` encodes a piece of a string whenever the client can receive more, as the service does.
 *
 * memory-server.ts PORT URL
 */
import { createServer } from 'node:http';
import { Readable } from 'node:stream';

const [, , port = '', url = ''] = process.argv;
const PIECE = 131_072;
const body = Buffer.from(await (await fetch(url)).arrayBuffer());
const text = body.toString();

function* pieces(): Generator<Buffer> {
  for (let start = 0; start < text.length; start += PIECE) yield Buffer.from(text.slice(start, start + PIECE));
}

createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  if (request.url === '/whole') response.end(body);
  else if (request.url === '/pieces') Readable.from(pieces(), { highWaterMark: 1 }).pipe(response);
  else response.end('{}');
}).listen(Number(port), '127.0.0.1');
