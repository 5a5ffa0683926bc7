import cluster from 'node:cluster';
import { type AddressInfo, isIPv6 } from 'node:net';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Authenticator, authWarnings } from '@session-service/auth';
import { DatabaseRegistry, MemoryBudget } from '@session-service/database';
import { loadExplorerFiles, mountExplorer } from '@session-service/explorer';
import { DatabaseHealth } from '@session-service/health';
import { createHttpAdapter, createLogger, ManagementPort } from '@session-service/http';
import { mountDocs } from '@session-service/openapi';
import { aggregateForWorkers, offerMetrics, ServiceMetrics, startTracing } from '@session-service/telemetry';
import { Logger } from 'nestjs-pino';
import type { Logger as PinoLogger } from 'pino';
import { AppModule } from './app.module.js';
import type { ServiceConfig } from './config/config.module.js';
import { unknownVariables } from './config/unknown-variables.js';
import { ConfigError } from './config/validate-environment.js';
import { FrameworkLogger } from './framework-logger.js';
import { EXPLORER_FOLDER, serviceVersion } from './package-files.js';
import { installHooks, optionsWithoutController } from './pipeline.js';
import { shutdownSignal, stopOnSignal, stopService } from './shutdown.js';
import { poolShare, serviceStartedAt, WorkerGroup, workerIndex } from './workers.js';

/**
 * The program that workers run, even if the primary process runs `embedded.js`. It is beside this file in the bundle.
 */
const WORKER_PROGRAM = fileURLToPath(new URL('./main.js', import.meta.url));

const EXPLORER_NOT_BUILT =
  `AGNO_EXPLORER is true, but the explorer is not built: there is no ${EXPLORER_FOLDER}/index.html. ` +
  'Run `npm run build`, or remove the variable';

interface RunningService {
  readonly logger: PinoLogger;
  /** The port on which the service listens, also where AGNO_SERVICE_PORT is 0. */
  readonly port: number;
  /** Resolves when the service has answered all requests and stopped after a signal. */
  readonly closed: Promise<void>;
}

/**
 * Starts the service in this process or, with several workers, in one process per worker.
 *
 * @param env environment of the workers, which validate it again
 */
export async function serve(config: ServiceConfig, env: NodeJS.ProcessEnv): Promise<RunningService> {
  const { workers, managementPort } = config.http;
  if (workers === 1 || cluster.isWorker) return startService(config, env);
  const logger = createLogger(config.telemetry.logLevel);
  aggregateForWorkers();
  const group = new WorkerGroup(WORKER_PROGRAM, workers, managementPort === undefined ? 1 : 2, env, logger);
  const signal = shutdownSignal();
  const port = await group.start();
  logger.info(`${workers} workers listening on :${port}`);
  return { logger, port, closed: stopOnSignal(signal, logger, () => group.stop()) };
}

async function startService(serviceConfig: ServiceConfig, env: NodeJS.ProcessEnv): Promise<RunningService> {
  // Listens for signals before the port opens, because a signal during the start must not kill the process.
  const signal = shutdownSignal();
  const index = workerIndex();
  const config = poolShare(serviceConfig, index);
  const { http, telemetry } = config;
  const logger = createLogger(telemetry.logLevel, index);
  const version = serviceVersion();
  const explorerFiles = config.explorer.isEnabled ? loadExplorerFiles(EXPLORER_FOLDER) : undefined;
  if (config.explorer.isEnabled && explorerFiles === undefined) throw new ConfigError([EXPLORER_NOT_BUILT]);
  const metrics = new ServiceMetrics(version);
  const tracing = await startTracing(telemetry.traces, version, logger);
  const memory = new MemoryBudget(http.memoryBudgetBytes);
  const adapter = createHttpAdapter(http);
  const management = http.managementPort === undefined ? undefined : new ManagementPort(adapter.getHttpServer());
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, logger, metrics, tracing?.traceStatements(metrics) ?? metrics, {
      startedAt: serviceStartedAt(),
      version,
    }),
    adapter,
    { bodyParser: false, bufferLogs: true },
  );
  app.useLogger(new FrameworkLogger(app.get(Logger)));
  const registry = app.get(DatabaseRegistry);
  installHooks(adapter, {
    options: http,
    logger,
    memory,
    metrics,
    tracing,
    authenticator: app.get(Authenticator),
    management,
    isDatabaseBusy: () => registry.servers().some((server) => server.isBulkWaiting),
  });
  metrics.addResourceMetrics({
    memory,
    pools: () => new Map(registry.servers().map((server) => [server.id, server.usage()])),
    databasesUp: () => app.get(DatabaseHealth).statusById(),
  });
  offerMetrics(metrics.registry);
  const withoutController = optionsWithoutController(http);
  mountDocs(app, withoutController, {
    isStandalone: config.standalone.isEnabled,
    hasExplorer: config.explorer.isEnabled,
  });
  if (explorerFiles !== undefined) mountExplorer(app, withoutController, explorerFiles);
  // Only one worker logs the warnings. It also probes the databases, so that the log names those that are down before
  // the first request.
  if ((index ?? 0) === 0) {
    for (const warning of [...unknownVariables(env), ...authWarnings(config.auth)]) logger.warn(warning);
    void app.get(DatabaseHealth).statusById();
  }
  await openPort('AGNO_SERVICE_PORT', app.listen(http.port, http.host));
  if (http.managementPort !== undefined) {
    await openPort('AGNO_MANAGEMENT_PORT', management?.listen(http.managementPort, http.host));
  }
  const { address, port } = boundAddress(app);
  logger.info(`AgentOS session service listening on ${isIPv6(address) ? `[${address}]` : address}:${port}`);
  return { logger, port, closed: stopOnSignal(signal, logger, () => stopService(app, management, tracing)) };
}

/** Waits until a port is open. @throws ConfigError that names the variable to change */
async function openPort(variable: string, listening: Promise<unknown> | undefined): Promise<void> {
  try {
    await listening;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const cause = ADDRESS_ERRORS.has(code) ? 'AGNO_SERVICE_HOST' : variable;
    throw new ConfigError([`${cause} cannot be used: ${message}`]);
  }
}

/** Of a host that is not this machine's, or that does not exist. */
const ADDRESS_ERRORS = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN']);

/** The address and port on which the service listens, which AGNO_SERVICE_HOST and AGNO_SERVICE_PORT need not name. */
function boundAddress(app: NestFastifyApplication): AddressInfo {
  const [bound] = app.getHttpAdapter().getInstance().addresses();
  if (typeof bound !== 'object') throw new Error('The service does not listen');
  return bound;
}
