import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { StorageModule } from '@session-service/storage';
import { ComponentDirectory } from './component-directory.js';
import { StandaloneController } from './standalone.controller.js';
import { STANDALONE_OPTIONS, type StandaloneOptions } from './standalone-options.js';

/** Serves `/config`, `/agents`, `/teams`, `/workflows` and `/info` where no AgentOS does. */
@Module({ imports: [StorageModule], controllers: [StandaloneController], providers: [ComponentDirectory] })
export class StandaloneModule {
  static forRootAsync(options: Pick<FactoryProvider<StandaloneOptions>, 'inject' | 'useFactory'>): DynamicModule {
    return { module: StandaloneModule, providers: [{ provide: STANDALONE_OPTIONS, ...options }] };
  }
}
