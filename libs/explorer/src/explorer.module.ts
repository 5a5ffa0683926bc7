import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { ExplorerController } from './explorer.controller.js';
import { EXPLORER_OPTIONS, type ExplorerOptions } from './explorer-options.js';

/** Serves what the explorer asks before it reads sessions. `mountExplorer` serves its files. */
@Module({ controllers: [ExplorerController] })
export class ExplorerModule {
  static forRootAsync(options: Pick<FactoryProvider<ExplorerOptions>, 'inject' | 'useFactory'>): DynamicModule {
    return { module: ExplorerModule, providers: [{ provide: EXPLORER_OPTIONS, ...options }] };
  }
}
