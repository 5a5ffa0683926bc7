import { Authenticator, addAuthenticationHook, authWarnings } from '@agno/auth';
import { DatabaseRegistry, MemoryBudget } from '@agno/database';
import { DatabaseHealth } from '@agno/health';
import { AllExceptionsFilter, closeConnectionsAfterResponses, createHttpAdapter, createLogger } from '@agno/http';
import { mountDocs } from '@agno/openapi';
import { measureRequests, offerMetrics, ServiceMetrics, startTracing, type Tracing } from '@agno/telemetry';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { loadConfig } from './config/index.js';
import { shutdownSignal } from './first-signal.js';
import { serviceVersion } from './version.js';
import { poolShare, serviceStartedAt, workerIndex } from './workers/seat.js';

/** A service that listens. */
export interface RunningService {
  readonly app: NestFastifyApplication;
  /** Resolves when the service has stopped: requests in flight answered, connections closed, spans delivered. */
  readonly closed: Promise<void>;
}

/**
 * Starts the service and stops it gracefully on SIGTERM and SIGINT.
 *
 * @throws ConfigError before anything is opened when the environment does not describe a service
 */
export async function startService(env: NodeJS.ProcessEnv): Promise<RunningService> {
  const seat = workerIndex();
  const config = poolShare(loadConfig(env), seat);
  const logger = createLogger(config.logLevel, seat);
  const metrics = new ServiceMetrics(serviceVersion());
  const tracing = await startTracing(config.traces, serviceVersion(), logger);
  const memory = new MemoryBudget(config.memoryBudgetBytes);
  const isWaitedFor = () =>
    app
      .get(DatabaseRegistry)
      .servers()
      .some((server) => server.isBulkWaiting);
  const adapter = createHttpAdapter(config, memory, isWaitedFor, logger);
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
  await app.listen(config.port, config.host);
  logger.info(`AgentOS session service listening on :${config.port}`);
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
