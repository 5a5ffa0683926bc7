import '@session-service/http';
import { Controller, Get, Inject, Req } from '@nestjs/common';
import { mayUse } from '@session-service/auth';
import { componentList, osConfig, osInfo, type SessionType } from '@session-service/contract';
import { DatabaseRegistry } from '@session-service/database';
import type { FastifyRequest } from 'fastify';
import { ComponentDirectory } from './component-directory.js';
import { STANDALONE_OPTIONS, type StandaloneOptions } from './standalone-options.js';

/**
 * The routes of AgentOS from which front ends learn what exists, for use without an AgentOS. Behind a gateway they are
 * AgentOS's own. Authentication has already happened: see `libs/auth/src/authentication.hook.ts` and ADR 5.
 */
@Controller()
export class StandaloneController {
  constructor(
    private readonly directory: ComponentDirectory,
    private readonly registry: DatabaseRegistry,
    @Inject(STANDALONE_OPTIONS) private readonly options: StandaloneOptions,
  ) {}

  /** Describes the databases even if none of them responds. */
  @Get('config')
  async config(@Req() { caller, deadline }: FastifyRequest): Promise<string> {
    const { components } = await this.directory.find(caller, deadline);
    const { defaultId, targets, tables } = this.registry.options;
    const ids = targets.map(({ id }) => id).filter((id) => mayUse(caller, id));
    const databases = {
      ids,
      defaultId: ids.includes(defaultId) ? defaultId : undefined,
      sessionTable: tables.sessionTable,
    };
    return osConfig(databases, components);
  }

  @Get('agents')
  agents(@Req() request: FastifyRequest): Promise<string> {
    return this.list('agent', request);
  }

  @Get('teams')
  teams(@Req() request: FastifyRequest): Promise<string> {
    return this.list('team', request);
  }

  @Get('workflows')
  workflows(@Req() request: FastifyRequest): Promise<string> {
    return this.list('workflow', request);
  }

  /** Needs no token, so that it counts components only where nothing does. */
  @Get('info')
  async info(@Req() { caller, deadline }: FastifyRequest): Promise<string> {
    const { authentication } = this.options;
    if (authentication.mode !== 'none') return osInfo(authentication, []);
    return osInfo(authentication, (await this.directory.find(caller, deadline)).components);
  }

  private async list(type: SessionType, { caller, deadline }: FastifyRequest): Promise<string> {
    const { components, failure } = await this.directory.find(caller, deadline);
    if (failure !== undefined) throw failure;
    return componentList(type, this.registry.options.tables.sessionTable, components);
  }
}
