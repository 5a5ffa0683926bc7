import { Inject, Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { configModule, configToken, type HttpConfig } from './config.module.js';
import { validateEnvironment } from './validate-environment.js';

@Injectable()
class Reader {
  constructor(
    @Inject(configToken('http')) readonly http: HttpConfig,
    readonly configService: ConfigService,
  ) {}
}

describe('configModule', () => {
  it('provides each namespace by its token and through ConfigService', async () => {
    const config = validateEnvironment({ AGNO_PG_DSN: 'postgresql://db/shop', AGNO_SERVICE_PORT: '9000' });
    const application = await Test.createTestingModule({
      imports: [configModule(config)],
      providers: [Reader],
    }).compile();
    const reader = application.get(Reader);
    expect(reader.http).toBe(config.http);
    expect(application.get(configToken('database'))).toBe(config.database);
    expect(reader.configService.get('http.port')).toBe(9000);
  });
});
