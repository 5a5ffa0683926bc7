import { until } from '../../support/api.js';
import type { KillablePostgres } from './killable-postgres.js';

/** Stops the WAL writer, so that asynchronous commits are not flushed. Returns a function that resumes it. */
export async function pauseWalWriter(server: KillablePostgres): Promise<() => void> {
  const writers = await processes(server, 'walwriter');
  for (const pid of writers) signal(pid, 'SIGSTOP');
  return () => {
    for (const pid of writers) signal(pid, 'SIGCONT');
  };
}

/**
 * Kills a process, and the WAL writer before it can flush, so that the postmaster restarts all others. Resolves when the
 * server has recovered.
 */
export async function killOneProcess(server: KillablePostgres): Promise<void> {
  const checkpointers = await processes(server, 'checkpointer');
  const [killed = checkpointers[0]] = await processes(server, 'client backend');
  const writers = await processes(server, 'walwriter');
  for (const pid of [killed, ...writers]) if (pid !== undefined) signal(pid, 'SIGKILL');
  await until(async () => {
    const [current] = await processes(server, 'checkpointer').catch(() => checkpointers);
    return current !== undefined && !checkpointers.includes(current);
  });
}

/** Ids of the server's processes of one kind, the oldest first. */
async function processes(server: KillablePostgres, kind: string): Promise<number[]> {
  const rows = await server.sql<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE backend_type = '${kind}' AND pid <> pg_backend_pid() ORDER BY backend_start`,
  );
  return rows.map(({ pid }) => pid);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process has ended in the meantime.
  }
}
