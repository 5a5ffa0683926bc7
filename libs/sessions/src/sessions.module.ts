import { Module } from '@nestjs/common';
import { StorageModule } from '@session-service/storage';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';
import { RunsController } from './runs.controller.js';
import { RunsService } from './runs.service.js';
import { SessionAccess } from './session-access.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [StorageModule],
  controllers: [SessionsController, RunsController, MessagesController],
  providers: [SessionAccess, SessionsService, RunsService, MessagesService],
})
export class SessionsModule {}
