import { Server } from 'node:http';
import { MAX_TIMER_MS } from '@session-service/database';
import type { FastifyInstance } from 'fastify';

/**
 * Limits the time for receiving a request; a request that takes longer gets 408. Node applies the shorter of
 * `headersTimeout` and `requestTimeout` to the head, so both are set. `timeout` closes a connection without traffic for
 * twice as long: all its requests have been answered by then, so the client does not read its responses.
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
  transferredBytes(): number;
  /** True while the transfer waits for its client, not for this service or PostgreSQL. */
  isWaitingForClient(): boolean;
  /** Ends the transfer and frees its memory. */
  abort(): void;
}

/** Minimum mean rate of a transfer over the last WINDOW_S seconds in which it waited for its client. */
const MIN_BYTES_PER_SECOND = 65_536;
const WINDOW_S = 10;

interface TransferHistory {
  /** Total bytes at the last check. */
  transferredBytes: number;
  /** Bytes of each of the last seconds in which the transfer waited for its client. */
  readonly bytesPerSecond: number[];
}

/** Aborts transfers below the minimum rate, but only under pressure: otherwise a slow client harms no other request. */
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
