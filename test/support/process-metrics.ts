import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';

/** Resident memory of a process, in megabytes. */
export function residentMegabytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Peak resident memory of a process since its start or the last `resetPeakMemory`, in megabytes. */
export function peakMegabytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Total bytes that a process has read from files and sockets. */
export function bytesRead(pid: number): number {
  return Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** Number of open sockets of a process, to clients and databases. */
export function openSockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((file) => isSocket(`${folder}/${file}`)).length;
}

/** False for a file descriptor that was closed after its folder was listed. */
function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:');
  } catch {
    return false;
  }
}

/** Duration of a clock tick in microseconds: Linux counts 100 ticks per second. */
const TICK_US = 10_000;

/** CPU time of a process so far in microseconds, excluding that of its children. */
export function cpuMicroseconds(pid: number): number {
  const fields = statOf(pid);
  return fields === undefined ? 0 : (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** CPU time in microseconds of all running children of a process, for example of PostgreSQL's backends. */
export function childrenCpuMicroseconds(parent: number): number {
  return pids()
    .filter((pid) => statOf(pid)?.[1] === String(parent))
    .reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
}

export function parentPid(pid: number): number {
  return Number(statOf(pid)?.[1]);
}

/** Resets the peak to the current resident memory (proc_pid_clear_refs(5)). */
export function resetPeakMemory(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** The fields of /proc/PID/stat after the program name, which may contain spaces and parentheses. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}
