/**
 * Runs inside the measured service (`node --import …/probe.ts`) and measures between two messages of the parent: how long
 * the event loop was held, and the CPU time of the process. It imports nothing of ours, so that it changes no start.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** One stretch during which the event loop took no timer. */
export interface EventLoopStall {
  /** Wall-clock time or CPU time of the thread, whichever is smaller: a process that waits for a processor holds nothing. */
  readonly ms: number;
  readonly wallMs: number;
  /** The part of it in which V8 collected garbage. */
  readonly gcMs: number;
}

/** What the service spent between two marks. */
export interface ResourceUsage {
  readonly hold: EventLoopStall;
  /** CPU time of all threads of the process. */
  readonly cpuMs: number;
  readonly gcMs: number;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly ms: number;
}

/** The timer fires each time the loop turns, at most this often. */
const TICK_MS = 1;

let timer: NodeJS.Timeout | undefined;
let lastTick = 0;
let lastCpuMs = 0;
let startCpuMs = 0;
let longest: Stretch = { start: 0, end: 0, ms: 0 };
let collections: { readonly startTime: number; readonly duration: number }[] = [];

const observer = new PerformanceObserver((list) => {
  if (timer !== undefined) collections.push(...list.getEntries());
});
observer.observe({ entryTypes: ['gc'] });

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function tick(): void {
  const now = performance.now();
  const cpuMs = threadCpuMs();
  const ms = Math.min(now - lastTick, cpuMs - lastCpuMs);
  if (ms > longest.ms) longest = { start: lastTick, end: now, ms };
  lastTick = now;
  lastCpuMs = cpuMs;
}

function start(): void {
  longest = { start: 0, end: 0, ms: 0 };
  collections = [];
  lastTick = performance.now();
  lastCpuMs = threadCpuMs();
  startCpuMs = processCpuMs();
  timer = setInterval(tick, TICK_MS);
}

async function stop(): Promise<ResourceUsage> {
  tick();
  const cpuMs = processCpuMs() - startCpuMs;
  // The observer is told of a collection some turns after it.
  await nextTurn();
  await nextTurn();
  clearInterval(timer);
  timer = undefined;
  const gcMs = collections.reduce((sum, { duration }) => sum + duration, 0);
  return { hold: { ms: longest.ms, wallMs: longest.end - longest.start, gcMs: collectedIn(longest) }, cpuMs, gcMs };
}

function collectedIn(stretch: Stretch): number {
  const overlaps = collections.map(
    ({ startTime, duration }) => Math.min(stretch.end, startTime + duration) - Math.max(stretch.start, startTime),
  );
  return overlaps.filter((ms) => ms > 0).reduce((sum, ms) => sum + ms, 0);
}

process.on('message', async (message) => {
  if (message === 'start') start();
  process.send?.(message === 'start' ? 'started' : await stop());
});
// Listening to the channel must not keep a service alive that has been shut down.
process.channel?.unref();
