import { serve } from './bootstrap.js';
import { ConfigError, validateEnvironment } from './config/validate-environment.js';
import { exitAfterFlush } from './shutdown.js';
import { WorkerStartFailed } from './workers.js';

try {
  const service = await serve(validateEnvironment(process.env), process.env);
  await service.closed;
} catch (error) {
  // A worker that fails to start has printed its own error.
  if (!(error instanceof WorkerStartFailed)) {
    process.stderr.write(`${error instanceof ConfigError ? error.message : error}\n`);
  }
  process.exitCode = 1;
} finally {
  exitAfterFlush();
}
