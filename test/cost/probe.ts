/**
 * Runs inside the measured service (`node --import …/probe.ts`) and measures event-loop stalls and the CPU time of the
 * process between two messages of the parent. It imports none of our modules, so that it does not affect the start.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A period during which the event loop ran no timer. */
export interface EventLoopStall {
  /** Wall-clock time or CPU time of the thread, whichever is smaller, because waiting for a processor is no stall. */
  readonly ms: number;
  readonly wallMs: number;
  /** The part of the stall in which V8 collected garbage. */
  readonly gcMs: number;
}

/** Resources that the service used between the start and stop messages. */
export interface ResourceUsage {
  readonly stall: EventLoopStall;
  /** CPU time of all threads of the process. */
  readonly cpuMs: number;
  readonly gcMs: number;
}

interface Period {
  readonly start: number;
  readonly end: number;
  readonly ms: number;
}

/** Delay of the timer that measures stalls, in milliseconds: the minimum, to fire in each event-loop iteration. */
const TICK_MS = 1;

let timer: NodeJS.Timeout | undefined;
let lastTick = 0;
let lastCpuMs = 0;
let startCpuMs = 0;
let longest: Period = { start: 0, end: 0, ms: 0 };
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
  // The observer is notified of a garbage collection only a few event-loop iterations later.
  await nextTurn();
  await nextTurn();
  clearInterval(timer);
  timer = undefined;
  const gcMs = collections.reduce((sum, { duration }) => sum + duration, 0);
  return { stall: { ms: longest.ms, wallMs: longest.end - longest.start, gcMs: collectedIn(longest) }, cpuMs, gcMs };
}

function collectedIn(period: Period): number {
  const overlaps = collections.map(
    ({ startTime, duration }) => Math.min(period.end, startTime + duration) - Math.max(period.start, startTime),
  );
  return overlaps.filter((ms) => ms > 0).reduce((sum, ms) => sum + ms, 0);
}

process.on('message', async (message) => {
  if (message === 'start') start();
  process.send?.(message === 'start' ? 'started' : await stop());
});
// Listening to the channel must not keep the service alive after its shutdown.
process.channel?.unref();
