import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Tracks the ids of running processes. When its input ends, kills the remaining processes with their process groups.
 * The input ends when the process at the other end of the pipe exits, even by SIGKILL.
 */
const SCRIPT = `
  trap '' INT TERM HUP
  running=
  while read -r change pid; do
    kept=
    for other in $running; do [ "$other" = "$pid" ] || kept="$kept $other"; done
    running=$kept
    if [ "$change" = began ]; then running="$running $pid"; fi
  done
  for pid in $running; do kill -KILL "-$pid" || kill -KILL "$pid"; done`;

let reaper: Writable | undefined;

/** Makes the reaper kill a process, and the process group that it leads, when this process ends. */
export function killOnExit(pid: number): void {
  reaper ??= startReaper();
  reaper.write(`began ${pid}\n`);
}

/** Makes the reaper forget a process that has ended, because the system may give its id to another process. */
export function forgetProcess(pid: number): void {
  reaper?.write(`ended ${pid}\n`);
}

function startReaper(): Writable {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  // Ignores write errors, which occur when the reaper was killed together with the test run.
  shell.stdin.on('error', () => undefined);
  // The pipe must not keep this process running.
  (shell.stdin as Writable & { unref(): void }).unref();
  return shell.stdin;
}
