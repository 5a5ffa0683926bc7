import { readFileSync } from 'node:fs';

/** How many files and sockets this process may have open, and so the service that it starts. */
export function maxOpenFiles(): number {
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}
