import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';

const currentSpan = new AsyncLocalStorage<Span>();

/** Runs `work`; spans of what it starts become children of `span`. */
export function runInSpan(span: Span, work: () => void): void {
  currentSpan.run(span, work);
}

/** To be the parent of spans that begin here. */
export function currentContext(): Context {
  const span = currentSpan.getStore();
  return span === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, span);
}
