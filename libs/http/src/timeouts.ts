import { Server } from 'node:http';
import { MAX_TIMER_MS } from '@session-service/database';
import type { FastifyInstance } from 'fastify';

/**
 * Time limit for receiving a request: 408 after it. Node applies the shorter of `headersTimeout` and `requestTimeout`
 * to the head, so both are set. `timeout` closes a connection on which nothing moves for twice as long: its requests
 * have all been answered by then, so its client does not read.
 */
export function limitArrivalTime({ server }: FastifyInstance, timeoutMs: number): void {
  if (!(server instanceof Server)) return;
  Object.assign(server, {
    headersTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    timeout: Math.min(2 * timeoutMs, MAX_TIMER_MS),
  });
}

/** A large request body or response in transfer. */
export interface Transfer {
  /** Bytes so far. */
  transferredBytes(): number;
  /** True while the client is what it waits for, not this service or PostgreSQL. */
  isWaitingForClient(): boolean;
  /** Ends the transfer and frees its memory. */
  abort(): void;
}

/** Minimum transfer rate: the mean of the last WINDOW_S seconds in which the transfer waited for its client. */
const MIN_BYTES_PER_SECOND = 65_536;
const WINDOW_S = 10;

interface TransferHistory {
  /** Bytes at the last check. */
  transferredBytes: number;
  /** Bytes of each of the last seconds in which the transfer waited for its client. */
  readonly bytesPerSecond: number[];
}

/** Aborts transfers below the minimum rate, but only under pressure: otherwise slow clients harm no other requests. */
export class SlowClients {
  private readonly transfers = new Map<Transfer, TransferHistory>();
  private timer: NodeJS.Timeout | undefined;

  /** @param isUnderPressure true while requests wait for memory or connections, or were rejected in the last second */
  constructor(private readonly isUnderPressure: () => boolean) {}

  /** Checks a transfer once per second until the returned function is called. */
  watch(transfer: Transfer): () => void {
    this.transfers.set(transfer, { transferredBytes: transfer.transferredBytes(), bytesPerSecond: [] });
    this.timer ??= setInterval(this.checkTransfers, 1_000).unref();
    return () => {
      this.transfers.delete(transfer);
      if (this.transfers.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  private readonly checkTransfers = (): void => {
    const isUnderPressure = this.isUnderPressure();
    for (const [transfer, history] of [...this.transfers]) {
      const transferred = transfer.transferredBytes();
      const { bytesPerSecond } = history;
      if (transfer.isWaitingForClient()) bytesPerSecond.push(transferred - history.transferredBytes);
      history.transferredBytes = transferred;
      if (bytesPerSecond.length > WINDOW_S) bytesPerSecond.shift();
      const total = bytesPerSecond.reduce((sum, bytes) => sum + bytes, 0);
      const isSlow = bytesPerSecond.length === WINDOW_S && total < WINDOW_S * MIN_BYTES_PER_SECOND;
      if (isSlow && isUnderPressure) transfer.abort();
    }
  };
}
