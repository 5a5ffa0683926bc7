import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';

/** What a process has in memory, in megabytes. */
export function residentMegabytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** The most that a process has had in memory, in megabytes. */
export function peakMegabytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Total bytes that a process has read from files and sockets. */
export function bytesRead(pid: number): number {
  return Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** How many sockets a process holds open, to clients and to databases. */
export function openSockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((file) => isSocket(`${folder}/${file}`)).length;
}

/** A file that was closed between listing and looking is none. */
function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:');
  } catch {
    return false;
  }
}

/** CPU time of clock ticks, in microseconds: Linux counts 100 a second. */
const TICK_US = 10_000;

/** CPU time that a process has used so far, children that ended not included, in microseconds. */
export function cpuMicroseconds(pid: number): number {
  const fields = statOf(pid);
  return fields === undefined ? 0 : (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** The same over all children of a process: PostgreSQL's backends. */
export function childrenCpuMicroseconds(parent: number): number {
  return pids()
    .filter((pid) => statOf(pid)?.[1] === String(parent))
    .reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
}

export function parentPid(pid: number): number {
  return Number(statOf(pid)?.[1]);
}

/** The most memory that a process has held so far, or since `forgetPeakRss`, in megabytes. */
export function peakRssMb(pid: number): number {
  return statusMb(pid, /VmHWM:\s+(\d+)/);
}

/** The memory that a process holds at the moment, in megabytes. */
export function rssMb(pid: number): number {
  return statusMb(pid, /VmRSS:\s+(\d+)/);
}

/** Resets the peak to the present RSS (proc_pid_clear_refs(5)). */
export function resetPeakMemory(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function statusMb(pid: number, pattern: RegExp): number {
  const [, kilobytes = '0'] = pattern.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** The fields of /proc/PID/stat behind the name, which may hold anything. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}
