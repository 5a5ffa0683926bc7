import type { Tally } from './report/tally.js';
import { formatNumber } from './report/words.js';

const PROGRESS_INTERVAL_MS = 500;

/** A line on a terminal that tells how far a run is; nothing anywhere else. Returns what ends it. */
export function showProgress(tally: Tally, isTerminal: boolean): () => void {
  if (!isTerminal) return () => undefined;
  const stream = process.stderr;
  const clear = () => stream.write('\r\x1b[K');
  const timer = setInterval(() => {
    const { equal, settled, different, error, answeredWherePythonFails, bothFail } = tally.all.counts;
    const asked = equal + settled + different + error + answeredWherePythonFails + bothFail;
    const seconds = (Date.now() - tally.startedAt.getTime()) / 1000;
    clear();
    stream.write(
      `${formatNumber(asked)} asked, ${formatNumber(different)} different, ${formatNumber(error)} not answered, ${Math.round(asked / seconds)}/s`,
    );
  }, PROGRESS_INTERVAL_MS);
  return () => {
    clearInterval(timer);
    clear();
  };
}
