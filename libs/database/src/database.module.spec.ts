import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { scaled } from '../../../test/support/time-scale.js';
import { DatabaseModule, DatabaseRegistry, Deadline, UNOBSERVED } from './index.js';

const POOL = {
  size: 2,
  connectTimeoutMs: scaled(5_000),
  queueTimeoutMs: scaled(5_000),
  statementTimeoutMs: 0,
  idleTimeoutMs: 5_000,
};
const TABLES = { schema: 'ai', sessionTable: 'agno_sessions', runTable: 'agno_runs' };

@Module({})
class TestModule {}

async function createApp() {
  const imports = [
    DatabaseModule.forRootAsync({
      ids: ['main', 'down'],
      useFactory: () => ({
        targets: [
          { id: 'main', dsn: inject('postgresDsn'), replicas: [] },
          { id: 'down', dsn: 'postgresql://127.0.0.1:1/none', replicas: [] },
        ],
        defaultId: 'main',
        requireId: false,
        pool: POOL,
        tables: TABLES,
        observer: UNOBSERVED,
      }),
    }),
  ];
  Logger.overrideLogger(false);
  const app = await NestFactory.createApplicationContext({ module: TestModule, imports });
  onTestFinished(() => app.close());
  return app;
}

describe('DatabaseModule', () => {
  it('provides a DataSource per database and initializes it with the first statement', async () => {
    const app = await createApp();
    const registry = app.get(DatabaseRegistry);
    const main = app.get<DataSource>(getDataSourceToken('main'), { strict: false });
    expect(registry.dataSource('main')).toBe(main);
    expect(registry.dataSource('unknown')).toBeUndefined();
    expect(main.isInitialized).toBe(false);
    expect(await registry.default().query({ name: '', text: 'SELECT 1 AS one' }, [], new Deadline())).toEqual([
      { one: '1' },
    ]);
    expect(await main.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(registry.dataSource('down')?.isInitialized).toBe(false);
  });

  it('closes the DataSources on shutdown', async () => {
    const app = await createApp();
    const registry = app.get(DatabaseRegistry);
    await registry.default().query({ name: '', text: 'SELECT 1' }, [], new Deadline());
    await app.close();
    expect(registry.dataSource('main')?.isInitialized).toBe(false);
  });
});
