import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { type RawAnswer, RawConnection } from '../support/raw-http.js';
import { scratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const BODY_LIMIT = 1_000_000;
/** Eight of these fit into what bodies on their way may take up, a ninth does not. */
const NEARLY_ALL = 900_000;

describe('bodies that do not come to an end', () => {
  let service: ServerProcess;
  const connections: RawConnection[] = [];

  beforeAll(async () => {
    const { dsn } = await scratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: dsn, AGNO_BODY_LIMIT_BYTES: String(BODY_LIMIT) });
    await call(service.baseUrl, '/sessions', { method: 'POST', body: {} });
  });
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
  });
  afterAll(() => service.stop());

  /** Sends the beginning of a body of almost the greatest length. Resolves with the answer, which only a refusal is. */
  function begin(bytes: number, framing = `Content-Length: ${BODY_LIMIT}`): Promise<RawAnswer | undefined> {
    const connection = new RawConnection(service.baseUrl);
    connections.push(connection);
    const head = `POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`;
    return connection.ask(Buffer.from(`${head}${' '.repeat(bytes)}`), 60_000).catch(() => undefined);
  }

  async function settled(answers: readonly Promise<RawAnswer | undefined>[]): Promise<RawAnswer[]> {
    const waited = await Promise.all(answers.map((answer) => Promise.race([answer, sleep(500)])));
    return waited.filter((answer) => answer instanceof Object);
  }

  it('are refused with 503 beyond eight times the limit together', async () => {
    const refused = await settled(Array.from({ length: 14 }, () => begin(NEARLY_ALL)));
    expect(refused).toHaveLength(6);
    for (const { status, headers, body } of refused) {
      expect([status, body]).toEqual([503, '{"detail":"Too many request bodies are on their way"}']);
      expect([headers.get('retry-after'), headers.get('connection')]).toEqual(['1', 'close']);
    }
  });

  it('make room for those that do, and are never in the way of small ones', async () => {
    const slow = Array.from({ length: 8 }, () => begin(NEARLY_ALL));
    expect(await settled(slow)).toEqual([]);
    const post = (body: string) => call(service.baseUrl, '/sessions', { method: 'POST', body: { session_name: body } });
    expect((await post('small')).status).toBe(201);
    expect(await settled(slow)).toEqual([]);
    expect((await post('a'.repeat(NEARLY_ALL))).status).toBe(201);
    expect((await settled(slow)).map(({ status }) => status)).toEqual([503]);
  });

  it('are none where many large ones come at once: each is taken or told to come again', async () => {
    const body = { session_name: 'a'.repeat(NEARLY_ALL) };
    const posts = Array.from({ length: 40 }, () => call(service.baseUrl, '/sessions', { method: 'POST', body }));
    const statuses = (await Promise.all(posts)).map(({ status }) => status);
    expect(statuses).toContain(201);
    expect(statuses.filter((status) => status !== 201 && status !== 503)).toEqual([]);
  });

  it('are read the same in whatever pieces they come', async () => {
    const connection = new RawConnection(service.baseUrl);
    connections.push(connection);
    const body = JSON.stringify({ session_name: 'ä€😀'.repeat(20_000) });
    const pieces = [...Buffer.from(body)].map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join('');
    const head =
      'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const answer = await connection.ask(Buffer.from(`${head}${pieces}0\r\n\r\n`, 'latin1'), 10_000);
    expect(answer?.status).toBe(201);
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ session_name: 'ä€😀'.repeat(20_000) });
  });
});
