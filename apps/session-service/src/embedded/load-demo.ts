import type { ServiceConfig } from '../config/index.js';
import { demoSessions } from './demo/demo-sessions.js';

/**
 * Creates the sample sessions through the service's own API. Those that exist already, from an earlier start, stay as
 * they are.
 *
 * @throws Error naming the answer when the service refuses one
 */
export async function loadDemo({ host, port }: Pick<ServiceConfig, 'host' | 'port'>): Promise<void> {
  const listenHost = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const address = listenHost.includes(':') ? `[${listenHost}]` : listenHost;
  for (const { type, body } of demoSessions()) {
    const reply = await fetch(`http://${address}:${port}/sessions?type=${type}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await reply.text();
    if (reply.status !== 201 && reply.status !== 409)
      throw new Error(`A demo session was refused: ${reply.status} ${answer}`);
  }
}
