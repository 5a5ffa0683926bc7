import type { ImportedSession } from '@session-service/storage';
import { DemoRandom } from './demo-random.js';
import { generatedSessions } from './generated-sessions.js';
import { specialSessions } from './special-sessions.js';

const SEED = 27;

/**
 * The sample sessions as AgentOS would have stored them: the same at every call, but for their times.
 *
 * @param now Unix seconds, the time that they lead up to
 */
export function demoSessions(now: number): ImportedSession[] {
  const random = new DemoRandom(SEED);
  return [...generatedSessions(random, now), ...specialSessions(random, now)];
}
