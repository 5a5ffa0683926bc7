import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import { expect, it } from 'vitest';
import { InjectServiceConfig, loadConfig, serviceConfigModule } from './load-config.js';
import type { ServiceConfig } from './service-config.js';

@Injectable()
class Reader {
  constructor(
    @InjectServiceConfig() readonly config: ServiceConfig,
    readonly configService: ConfigService,
  ) {}
}

it('offers one and the same configuration everywhere', async () => {
  const config = loadConfig({ AGNO_PG_DSN: 'postgresql://db/shop', AGNO_SERVICE_PORT: '9000' });
  const application = await Test.createTestingModule({
    imports: [serviceConfigModule(config)],
    providers: [Reader],
  }).compile();
  const reader = application.get(Reader);
  expect(reader.config).toBe(config);
  expect(reader.configService.get('service.port')).toBe(9000);
});
