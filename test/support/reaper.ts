import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Keeps the ids of the processes that run, and kills those that are left, each with its process group, when its input
 * ends. That happens however the process at the other end of the pipe ends, so also after SIGKILL.
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

/** From now on the end of this process ends that one too, and what it has started where it leads a process group. */
export function endWithUs(pid: number): void {
  reaper ??= startReaper();
  reaper.write(`began ${pid}\n`);
}

/** Takes `endWithUs` back for a process that has ended: its id may soon be that of another one. */
export function hasEnded(pid: number): void {
  reaper?.write(`ended ${pid}\n`);
}

function startReaper(): Writable {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  // A pipe is a socket to Node, and must not keep this process running.
  (shell.stdin as Writable & { unref(): void }).unref();
  return shell.stdin;
}
