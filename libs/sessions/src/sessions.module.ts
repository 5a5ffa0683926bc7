import { type DynamicModule, Module } from '@nestjs/common';
import { StorageModule } from '@session-service/storage';
import { ConditionalReads, RELEASE } from './conditional-reads.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';
import { RunsController } from './runs.controller.js';
import { RunsService } from './runs.service.js';
import { SessionAccess } from './session-access.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';
import { UsageController } from './usage.controller.js';

@Module({
  imports: [StorageModule],
  controllers: [SessionsController, RunsController, MessagesController, UsageController],
  providers: [SessionAccess, SessionsService, RunsService, MessagesService, ConditionalReads],
})
export class SessionsModule {
  /** @param release the version of this service, on which responses may depend */
  static forRelease(release: string): DynamicModule {
    return { module: SessionsModule, providers: [{ provide: RELEASE, useValue: release }] };
  }
}
