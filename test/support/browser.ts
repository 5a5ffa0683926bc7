import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { spawnTracked } from './child-process.js';

/** Programs that understand the DevTools protocol: https://chromedevtools.github.io/devtools-protocol */
const NAMES = ['chromium', 'google-chrome', 'chromium-browser'];

const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

/** The browser of this machine, undefined if it has none. */
export const BROWSER = NAMES.find((name) => {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`]);
  } catch {
    return false;
  }
});

/** A page in a browser without a window. */
export interface BrowserPage {
  /** The value of an expression in the page, which must be JSON. Promises are awaited. */
  evaluate<Value>(expression: string): Promise<Value>;
}

/** Opens a page in a browser of its own, which is closed at the end of the test. */
export async function openPage(url: string): Promise<BrowserPage> {
  const folder = mkdtempSync(join(tmpdir(), 'agno-browser-'));
  const args = [...FLAGS, `--user-data-dir=${folder}`, '--remote-debugging-port=0', 'about:blank'];
  const browser = spawnTracked(BROWSER ?? 'no browser', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(browser, 'exit');
  const address = await listeningAddress(browser.stderr as NodeJS.ReadableStream);
  const page = await fetch(`http://${address}/json/new?${encodeURIComponent(url)}`, { method: 'PUT' });
  const { webSocketDebuggerUrl } = (await page.json()) as { webSocketDebuggerUrl: string };
  const connection = await DevToolsConnection.open(webSocketDebuggerUrl);
  onTestFinished(async () => {
    // The connection may be closed before the response.
    connection.send('Browser.close').catch(() => undefined);
    await exited;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    async evaluate(expression) {
      const parameters = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = await connection.send('Runtime.evaluate', parameters);
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return result?.value as never;
    },
  };
}

interface DevToolsResult {
  readonly result?: { readonly value?: unknown };
  readonly exceptionDetails?: unknown;
}

/** Sends commands, each of which has a number that its response repeats. */
class DevToolsConnection {
  private readonly waiting = new Map<number, PromiseWithResolvers<DevToolsResult>>();
  private readonly socket: WebSocket;
  private commands = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result = {} } = JSON.parse(String(data)) as { id?: number; result?: DevToolsResult };
      if (id !== undefined) this.waiting.get(id)?.resolve(result);
    });
    socket.addEventListener('close', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('The browser has closed the connection'));
    });
  }

  static async open(url: string): Promise<DevToolsConnection> {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new DevToolsConnection(socket);
  }

  send(method: string, params: object = {}): Promise<DevToolsResult> {
    const id = ++this.commands;
    const response = Promise.withResolvers<DevToolsResult>();
    this.waiting.set(id, response);
    this.socket.send(JSON.stringify({ id, method, params }));
    return response.promise;
  }
}

/** The browser prints the address at which it accepts DevTools connections. */
async function listeningAddress(output: NodeJS.ReadableStream): Promise<string> {
  let lines = '';
  for await (const line of createInterface({ input: output })) {
    const address = /^DevTools listening on ws:\/\/([^/]+)\//.exec(line)?.[1];
    if (address !== undefined) {
      output.resume();
      return address;
    }
    lines += `${line}\n`;
  }
  throw new Error(`The browser did not start:\n${lines}`);
}
