import type { Socket } from 'node:net';

/** Bytes a second that a client must send or take while others need what it holds: a mean over WINDOW_S seconds. */
const MIN_BYTES_PER_SECOND = 65_536;
const WINDOW_S = 10;

/** A large body or response on its way. */
export interface Transfer {
  /** Bytes so far. */
  transferredBytes(): number;
  /** True while it waits for its client, not for this service or for PostgreSQL. */
  isWaitingForClient(): boolean;
  /** Ends it, so that what it holds is free again. */
  abort(): void;
}

/**
 * Bytes that the kernel has taken. `bytesWritten` counts pieces of half a megabyte when they are handed over, and so says nothing
 * of a client's pace.
 */
export function sentBytes(socket: Socket): number {
  const { _handle: handle } = socket as unknown as { readonly _handle: { readonly writeQueueSize?: number } | null };
  return socket.bytesWritten - (handle?.writeQueueSize ?? 0);
}

interface TransferHistory {
  /** Bytes at the last look. */
  transferredBytes: number;
  /** Bytes of the last seconds in which it waited for its client. */
  readonly bytesPerSecond: number[];
}

/**
 * Cuts clients that are too slow, but only while memory or connections are short: whoever reads slowly harms nobody else.
 */
export class SlowClients {
  private readonly transfers = new Map<Transfer, TransferHistory>();
  private timer: NodeJS.Timeout | undefined;

  /** @param isUnderPressure whether others wait for what transfers hold, or were refused in the last second */
  constructor(private readonly isUnderPressure: () => boolean) {}

  /** Looks at a transfer once a second, until the returned function is called. */
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
    const isShort = this.isUnderPressure();
    for (const [transfer, watched] of [...this.transfers]) {
      const moved = transfer.transferredBytes();
      const { bytesPerSecond: seconds } = watched;
      if (transfer.isWaitingForClient()) seconds.push(moved - watched.transferredBytes);
      watched.transferredBytes = moved;
      if (seconds.length > WINDOW_S) seconds.shift();
      const isSlow = seconds.length === WINDOW_S && sum(seconds) < WINDOW_S * MIN_BYTES_PER_SECOND;
      if (isSlow && isShort) transfer.abort();
    }
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
