import type { Socket } from 'node:net';

/** Bytes a second that a client must send or take while others need what it holds: a mean over WINDOW_S seconds. */
const LEAST_BYTES_PER_SECOND = 65_536;
const WINDOW_S = 10;

/** A large body or response on its way. */
export interface Transfer {
  /** Bytes so far. */
  moved(): number;
  /** True while it waits for its client, not for this service or for PostgreSQL. */
  isBlocked(): boolean;
  /** Ends it, so that what it holds is free again. */
  cut(): void;
}

/**
 * Bytes that the kernel has taken. `bytesWritten` counts pieces of half a megabyte when they are handed over, and so says nothing
 * of a client's pace.
 */
export function sentBytes(socket: Socket): number {
  const { _handle: handle } = socket as unknown as { readonly _handle: { readonly writeQueueSize?: number } | null };
  return socket.bytesWritten - (handle?.writeQueueSize ?? 0);
}

interface Watched {
  /** Bytes at the last look. */
  moved: number;
  /** Bytes of the last seconds in which it waited for its client. */
  readonly seconds: number[];
}

/**
 * Cuts clients that are too slow, but only while memory or connections are short: whoever reads slowly harms nobody else.
 */
export class SlowClients {
  private readonly transfers = new Map<Transfer, Watched>();
  private timer: NodeJS.Timeout | undefined;

  /** @param isShort whether others wait for what transfers hold, or were refused in the last second */
  constructor(private readonly isShort: () => boolean) {}

  /** Looks at a transfer once a second, until the returned function is called. */
  watch(transfer: Transfer): () => void {
    this.transfers.set(transfer, { moved: transfer.moved(), seconds: [] });
    this.timer ??= setInterval(this.look, 1_000).unref();
    return () => {
      this.transfers.delete(transfer);
      if (this.transfers.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  private readonly look = (): void => {
    const isShort = this.isShort();
    for (const [transfer, watched] of [...this.transfers]) {
      const moved = transfer.moved();
      const { seconds } = watched;
      if (transfer.isBlocked()) seconds.push(moved - watched.moved);
      watched.moved = moved;
      if (seconds.length > WINDOW_S) seconds.shift();
      const isSlow = seconds.length === WINDOW_S && sum(seconds) < WINDOW_S * LEAST_BYTES_PER_SECOND;
      if (isSlow && isShort) transfer.cut();
    }
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
