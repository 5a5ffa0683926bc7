import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Authenticator, addAuthenticationHook, authWarnings } from '@session-service/auth';
import { DatabaseRegistry, MemoryBudget } from '@session-service/database';
import { DatabaseHealth } from '@session-service/health';
import {
  AllExceptionsFilter,
  closeConnectionsAfterResponses,
  createHttpAdapter,
  createLogger,
} from '@session-service/http';
import { mountDocs } from '@session-service/openapi';
import {
  aggregateForWorkers,
  measureRequests,
  offerMetrics,
  ServiceMetrics,
  startTracing,
  type Tracing,
} from '@session-service/telemetry';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import type { ServiceConfig } from './config/config.module.js';
import { shutdownSignal } from './shutdown.js';
import { poolShare, serviceStartedAt, WorkerGroup, workerIndex } from './workers.js';

/** Lies beside this file, both compiled and bundled. The primary process may itself run `embedded.js`. */
const WORKER_PROGRAM = fileURLToPath(new URL('./main.js', import.meta.url));

/** Something that serves until it is told to stop. */
export interface Serving {
  /** Resolves when it has stopped: requests in flight answered, connections closed. */
  readonly closed: Promise<void>;
}

/**
 * Serves in this process, or, where several workers are configured, in as many processes.
 *
 * @param env the environment of the workers, which validate it again
 */
export async function serve(config: ServiceConfig, env: NodeJS.ProcessEnv): Promise<Serving> {
  const { workers, port } = config.http;
  if (workers === 1 || cluster.isWorker) return startService(config);
  const logger = createLogger(config.telemetry.logLevel);
  aggregateForWorkers();
  const group = new WorkerGroup(WORKER_PROGRAM, workers, env, logger);
  const told = shutdownSignal();
  await group.start();
  logger.info(`${workers} workers serve :${port}`);
  return { closed: told.then(() => group.stop()) };
}

/** A service that listens. */
export interface RunningService {
  readonly app: NestFastifyApplication;
  /** Resolves when the service has stopped: requests in flight answered, connections closed, spans delivered. */
  readonly closed: Promise<void>;
}

/** Starts the service and stops it gracefully on SIGTERM and SIGINT. */
export async function startService(serviceConfig: ServiceConfig): Promise<RunningService> {
  const seat = workerIndex();
  const config = poolShare(serviceConfig, seat);
  const { http, telemetry } = config;
  const logger = createLogger(telemetry.logLevel, seat);
  const metrics = new ServiceMetrics(serviceVersion());
  const tracing = await startTracing(telemetry.traces, serviceVersion(), logger);
  const memory = new MemoryBudget(http.memoryBudgetBytes);
  const isWaitedFor = () =>
    app
      .get(DatabaseRegistry)
      .servers()
      .some((server) => server.isBulkWaiting);
  const adapter = createHttpAdapter(http, memory, isWaitedFor, logger);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, logger, metrics, tracing?.traceStatements(metrics) ?? metrics, serviceStartedAt()),
    adapter,
    {
      bodyParser: false,
      bufferLogs: true,
    },
  );
  app.useLogger(app.get(Logger));
  app.useGlobalFilters(new AllExceptionsFilter(adapter));
  measureRequests(adapter.getInstance(), metrics);
  tracing?.traceRequests(adapter.getInstance());
  registerResourceMetrics(metrics, app.get(DatabaseRegistry), app.get(DatabaseHealth), memory);
  offerMetrics(metrics.registry);
  addAuthenticationHook(adapter.getInstance(), app.get(Authenticator));
  mountDocs(app);
  // Of several workers the first speaks for all.
  if ((seat ?? 0) === 0) for (const warning of authWarnings(config.auth)) logger.warn(warning);
  await app.listen(http.port, http.host);
  logger.info(`AgentOS session service listening on :${http.port}`);
  return { app, closed: stopOnSignal(app, tracing) };
}

function registerResourceMetrics(
  metrics: ServiceMetrics,
  registry: DatabaseRegistry,
  probes: DatabaseHealth,
  memory: MemoryBudget,
): void {
  metrics.addResourceMetrics({
    memory,
    pools: () => new Map(registry.servers().map((server) => [server.id, server.usage()])),
    databasesUp: () => probes.statusById(),
  });
}

async function stopOnSignal(app: NestFastifyApplication, tracing: Tracing | undefined): Promise<void> {
  await shutdownSignal();
  closeConnectionsAfterResponses(app.getHttpAdapter().getInstance());
  await app.close();
  await tracing?.stop();
}

/** The version in package.json, which lies above both the sources and what is built of them. */
export function serviceVersion(): string {
  const file = findPackageJSON(import.meta.url);
  const { version } = JSON.parse(file === undefined ? '{}' : readFileSync(file, 'utf8')) as { version?: string };
  return version ?? 'unknown';
}
