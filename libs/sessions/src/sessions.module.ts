import { Module } from '@nestjs/common';
import { StorageModule } from '@session-service/storage';
import { RunsController } from './runs.controller.js';
import { RunsService } from './runs.service.js';
import { SessionAccess } from './session-access.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [StorageModule],
  controllers: [SessionsController, RunsController],
  providers: [SessionAccess, SessionsService, RunsService],
})
export class SessionsModule {}
