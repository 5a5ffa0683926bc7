import './heap.js';
import { startService } from './bootstrap.js';
import { ConfigError } from './config/index.js';

try {
  const service = await startService(process.env);
  await service.closed;
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : error}\n`);
  process.exitCode = 1;
}
