import '@session-service/http';
import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import { mayUse } from '@session-service/auth';
import { DatabaseRegistry } from '@session-service/database';
import type { FastifyRequest } from 'fastify';
import { EXPLORER_OPTIONS, type ExplorerOptions } from './explorer-options.js';

/** How a request of the explorer must be authenticated. */
interface SignIn {
  readonly mode: ExplorerOptions['mode'];
  /** True if the token may be in the `Authorization` header. */
  readonly header: boolean;
  /** True if the token may be in a cookie, which the browser then adds. */
  readonly cookie: boolean;
}

/** What the sender of a request may see. */
interface WhoAmI {
  readonly mode: ExplorerOptions['mode'];
  readonly user_id: string | null;
  /** Those that limit the caller; null if none do, as for administrators. */
  readonly scopes: readonly string[] | null;
  /** True if the caller sees only their own sessions. */
  readonly isolated: boolean;
  readonly databases: readonly { readonly id: string; readonly is_default: boolean }[];
}

/** The routes from which the explorer learns how to sign in and what its user may see. */
@Controller('explorer')
export class ExplorerController {
  constructor(
    private readonly registry: DatabaseRegistry,
    @Inject(EXPLORER_OPTIONS) private readonly options: ExplorerOptions,
  ) {}

  /** Needs no token, because the page asks it before it has one. */
  @Get('sign-in')
  @Header('cache-control', 'no-store')
  signIn(): SignIn {
    const { mode, tokenSource } = this.options;
    return { mode, header: tokenSource !== 'cookie', cookie: tokenSource !== 'header' };
  }

  /** Needs a valid token in modes with authentication, but no scope. */
  @Get('whoami')
  @Header('cache-control', 'no-store')
  whoAmI(@Req() { caller }: FastifyRequest): WhoAmI {
    const { defaultId, targets } = this.registry.options;
    const ids = targets.map(({ id }) => id).filter((id) => mayUse(caller, id));
    return {
      mode: this.options.mode,
      user_id: caller.userId || null,
      scopes: caller.scopes ?? null,
      isolated: caller.isIsolated,
      databases: ids.map((id) => ({ id, is_default: id === defaultId })),
    };
  }
}
