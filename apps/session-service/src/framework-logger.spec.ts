import type { Logger } from 'nestjs-pino';
import { expect, it, vi } from 'vitest';
import { FrameworkLogger } from './framework-logger.js';

it("FrameworkLogger logs Nest's start-up lines at level debug, and all other lines at their own level", () => {
  const target = { debug: vi.fn(), log: vi.fn(), error: vi.fn() };
  const logger = new FrameworkLogger(target as unknown as Logger);
  logger.log('Mapped {/sessions, GET} route', 'RouterExplorer');
  logger.log('Replica main:replica1 serves reads', 'Database');
  logger.error('failed', 'ExceptionHandler');
  expect(target.debug.mock.calls).toEqual([['Mapped {/sessions, GET} route', 'RouterExplorer']]);
  expect(target.log.mock.calls).toEqual([['Replica main:replica1 serves reads', 'Database']]);
  expect(target.error.mock.calls).toEqual([['failed', 'ExceptionHandler']]);
});
