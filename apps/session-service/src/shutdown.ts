import cluster from 'node:cluster';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ManagementPort } from '@session-service/http';
import type { Tracing } from '@session-service/telemetry';
import type { Logger } from 'pino';

/** Resolves with the first SIGTERM or SIGINT. Later signals are ignored. */
export function shutdownSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, resolve);
  });
}

/** Waits for the signal, then runs `stop`. Logs when draining begins and when the service has stopped. */
export async function stopOnSignal(
  signal: Promise<NodeJS.Signals>,
  logger: Logger,
  stop: () => Promise<void>,
): Promise<void> {
  logger.info(`Draining after ${await signal}`);
  await stop();
  logger.info('Stopped');
}

/** Stops the service: sends all responses, closes all connections and exports the spans. */
export async function stopService(
  app: NestFastifyApplication,
  management: ManagementPort | undefined,
  tracing: Tracing | undefined,
): Promise<void> {
  await app.close();
  // Closed last, so that `/readyz` of the management port reports until now that the service drains.
  await management?.close();
  await tracing?.stop();
}

/** Time limit in milliseconds for writing the last log lines. */
const FLUSH_TIMEOUT_MS = 500;

/** Ends the process after the last log lines are written, even if an exporter is still retrying to send spans. */
export function exitAfterFlush(): void {
  // An open IPC channel would keep a worker alive.
  cluster.worker?.disconnect();
  setTimeout(() => process.exit(), FLUSH_TIMEOUT_MS).unref();
}
