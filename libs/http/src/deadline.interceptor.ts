import { problem } from '@agno/contract';
import { Deadline } from '@agno/database';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Observable } from 'rxjs';

/**
 * Gives every request its deadline. When it passes, the client gets 504 at once and the statements that still run for
 * it are cancelled in PostgreSQL.
 */
@Injectable()
export class DeadlineInterceptor implements NestInterceptor {
  constructor(private readonly timeoutMs: number) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const deadline = new Deadline();
    context.switchToHttp().getRequest<FastifyRequest>().deadline = deadline;
    return new Observable((answer) => {
      const timer = setTimeout(() => {
        answer.error(problem(504, `The request took longer than ${this.timeoutMs} ms`));
        deadline.pass();
      }, this.timeoutMs);
      const running = next.handle().subscribe(answer);
      return () => {
        clearTimeout(timer);
        running.unsubscribe();
      };
    });
  }
}
