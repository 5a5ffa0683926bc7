import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Keeps the ids of running processes. When its input ends, kills those that are left, each with its process group. The
 * input ends with the process at the other end of the pipe, also when that was killed with SIGKILL.
 */
const SCRIPT = `
  trap '' INT TERM HUP
  running=
  while read -r change pid; do
    kept=
    for each in $running; do [ "$each" = "$pid" ] || kept="$kept $each"; done
    running=$kept
    if [ "$change" = began ]; then running="$running $pid"; fi
  done
  for pid in $running; do kill -KILL "-$pid" || kill -KILL "$pid"; done`;

let reaper: Writable | undefined;

/** Makes the reaper kill a process when this one ends; with its process group, if it leads one. */
export function killOnExit(pid: number): void {
  reaper ??= startReaper();
  reaper.write(`began ${pid}\n`);
}

/** Makes the reaper forget a process that has ended: another process may get its id. */
export function forgetProcess(pid: number): void {
  reaper?.write(`ended ${pid}\n`);
}

function startReaper(): Writable {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  // Where it was killed with the rest, there is nothing left to tell it.
  shell.stdin.on('error', () => undefined);
  // A pipe is a socket to Node, and must not keep this process running.
  (shell.stdin as Writable & { unref(): void }).unref();
  return shell.stdin;
}
