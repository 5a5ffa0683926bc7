import type { ImportedSession } from '@session-service/storage';
import { COMPONENTS, type DemoComponent, USERS } from './demo-components.js';
import type { DemoRandom } from './demo-random.js';
import { chooseWords, fill } from './fill-template.js';
import { chooseFailure } from './run-failures.js';
import { sessionRows } from './session-rows.js';
import type { Exchange } from './stored-run.js';
import type { TurnTemplate } from './topic.js';

const DAY = 86_400;

/** Age of the oldest session in seconds. */
const OLDEST = 60 * DAY;

/** The sessions that are made from the topics' templates, spread over 60 days, more of them recent than old. */
export function generatedSessions(random: DemoRandom, now: number): ImportedSession[] {
  const owners = COMPONENTS.flatMap((component) => Array.from({ length: component.sessions }, () => component));
  return random.sample(owners, owners.length).map((component, index) => {
    const share = (index + 0.5) / owners.length;
    return generatedSession(component, index, 40 + OLDEST * share ** 2.5, random, now);
  });
}

function generatedSession(
  component: DemoComponent,
  index: number,
  endedAgo: number,
  random: DemoRandom,
  now: number,
): ImportedSession {
  const { topic } = component;
  const words = chooseWords(topic, random);
  const scenario = random.pick(topic.scenarios);
  const followUps = random.sample(topic.followUps, random.pick([0, 0, 1, 1, 2, 3]));
  const exchanges = withOutcome(component, [...scenario.turns, ...followUps], index, random).map((exchange) =>
    fill(exchange, words),
  );
  const pauses = exchanges.slice(1).map(() => Math.round(random.between(15, 420)));
  // Some people come back on the next day.
  if (pauses.length > 0 && endedAgo > 3 * DAY && random.chance(0.15)) pauses[pauses.length - 1] = 22 * 3_600;
  const conversation = {
    id: random.uuid(),
    component,
    userId: random.pick(USERS),
    name: random.chance(0.6) ? capitalized(fill(scenario.title, words)) : undefined,
    exchanges,
    pauses,
    endedAgo,
    state: fill(scenario.state, words),
    metadata: metadataOf(component, endedAgo, random, now),
    summary:
      scenario.summary === undefined
        ? undefined
        : fill({ summary: scenario.summary, topics: scenario.topics ?? [] }, words),
  };
  return sessionRows(conversation, random, now);
}

function capitalized(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** Lets some sessions fail, wait for a confirmation or be cancelled: about 6, 2 and 2 of 100. */
function withOutcome(
  component: DemoComponent,
  turns: readonly TurnTemplate[],
  index: number,
  random: DemoRandom,
): Exchange[] {
  const exchanges = turns.map((turn): Exchange => ({ ...turn, status: 'COMPLETED' }));
  const position = random.integer(0, exchanges.length - 1);
  const chosen = exchanges[position];
  if (chosen === undefined) return exchanges;
  if (index % 16 === 5) {
    const failed: Exchange = { ...chosen, status: 'ERROR', failure: chooseFailure(component.model, random) };
    // Most people try again.
    const repeated: Exchange[] = random.chance(0.6) ? [{ ...chosen, ask: 'Please try again.' }] : [];
    return [...exchanges.slice(0, position), failed, ...repeated];
  }
  if (index % 40 === 11) return [...exchanges.slice(0, position), { ...chosen, status: 'CANCELLED' }];
  if (index % 40 === 23) {
    const { confirmation } = component.topic;
    if (confirmation !== undefined) return [...exchanges, { ...confirmation, status: 'PAUSED' }];
    return [...exchanges.slice(0, position), { ...chosen, status: 'PAUSED' }];
  }
  return exchanges;
}

/** What a team would record with a session, to filter by. A tenth of the sessions has none. */
function metadataOf(component: DemoComponent, endedAgo: number, random: DemoRandom, now: number): object | undefined {
  if (random.chance(0.1)) return undefined;
  const date = new Date((now - endedAgo) * 1000);
  const half = date.getUTCDate() <= 15 ? 1 : 2;
  return {
    plan: random.pick(['free', 'free', 'team', 'business']),
    region: random.pick(['eu-central', 'eu-central', 'us-east', 'ap-southeast']),
    release: `${date.getUTCFullYear()}.${date.getUTCMonth() + 1}.${half}`,
    channel: component.type === 'workflow' ? 'schedule' : random.pick(['web', 'web', 'app', 'chat']),
    ...(random.chance(0.1) && { experiment: { name: 'shorter-answers', variant: random.pick(['a', 'b']) } }),
  };
}
