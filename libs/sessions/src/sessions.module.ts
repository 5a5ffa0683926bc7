import { Module } from '@nestjs/common';
import { RunsController } from './runs.controller.js';
import { RunsService } from './runs.service.js';
import { SessionStores } from './session-stores.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';

@Module({
  controllers: [SessionsController, RunsController],
  providers: [SessionStores, SessionsService, RunsService],
})
export class SessionsModule {}
