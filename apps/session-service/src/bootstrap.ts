import { authWarnings, Gatekeeper, guardRequests } from '@agno/auth';
import { DatabaseRegistry, MemoryBudget } from '@agno/database';
import { DatabaseProbes } from '@agno/health';
import { createHttpAdapter, createLogger, endConnectionsWithAnswers, ProblemFilter } from '@agno/http';
import { mountDocs } from '@agno/openapi';
import { measureRequests, offerFigures, ServiceMetrics, startTracing, type Tracing } from '@agno/telemetry';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { loadConfig } from './config/index.js';
import { firstSignal } from './first-signal.js';
import { serviceVersion } from './version.js';
import { ownSeat, serviceStart, shareOf } from './workers/seat.js';

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
  const seat = ownSeat();
  const config = shareOf(loadConfig(env), seat);
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
    AppModule.with(config, logger, metrics, tracing?.traceStatements(metrics) ?? metrics, serviceStart()),
    adapter,
    {
      bodyParser: false,
      bufferLogs: true,
    },
  );
  app.useLogger(app.get(Logger));
  app.useGlobalFilters(new ProblemFilter(adapter));
  measureRequests(adapter.getInstance(), metrics);
  tracing?.traceRequests(adapter.getInstance());
  watchResources(metrics, app.get(DatabaseRegistry), app.get(DatabaseProbes), memory);
  offerFigures(metrics.registry);
  guardRequests(adapter.getInstance(), app.get(Gatekeeper));
  mountDocs(app);
  // Of several workers the first speaks for all.
  if ((seat ?? 0) === 0) for (const warning of authWarnings(config.auth)) logger.warn(warning);
  await app.listen(config.port, config.host);
  logger.info(`AgentOS session service listening on :${config.port}`);
  return { app, closed: closedOnSignal(app, tracing) };
}

function watchResources(
  metrics: ServiceMetrics,
  registry: DatabaseRegistry,
  probes: DatabaseProbes,
  memory: MemoryBudget,
): void {
  metrics.watch({
    memory,
    pools: () => new Map(registry.servers().map((server) => [server.id, server.use()])),
    databasesUp: () => probes.all(),
  });
}

async function closedOnSignal(app: NestFastifyApplication, tracing: Tracing | undefined): Promise<void> {
  await firstSignal();
  endConnectionsWithAnswers(app.getHttpAdapter().getInstance());
  await app.close();
  await tracing?.stop();
}
