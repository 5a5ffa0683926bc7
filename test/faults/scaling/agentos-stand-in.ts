/** A server that takes the place of AgentOS behind a gateway: `node agentos-stand-in.ts PORT`. Responds 200 to everything. */
import { createServer } from 'node:http';

/** Time in milliseconds that a response to `/slow` takes: longer than a test. */
const SLOW_MS = 600_000;

createServer((request, response) => {
  if (request.url === '/slow') setTimeout(() => response.end('{}'), SLOW_MS);
  else response.setHeader('content-type', 'application/json').end('{}');
}).listen(Number(process.argv[2]), '127.0.0.1');
