import { DATA_ANALYST } from './demo-components.js';
import type { DemoRandom } from './demo-random.js';
import type { Conversation } from './session-rows.js';
import type { Exchange } from './stored-run.js';

const EXCHANGES = 600;

const HOUR = 3_600;

/** One chat of 600 exchanges over some weeks: a warehouse asks about its stock, every working hour. */
export function longChat(random: DemoRandom): Conversation {
  const exchanges = Array.from({ length: EXCHANGES }, (_, index) => stockExchange(random, index));
  return {
    id: 'demo-long-chat',
    component: DATA_ANALYST,
    userId: 'grete',
    name: 'Stock of the warehouse in Bremen',
    exchanges,
    pauses: workingDays(random),
    endedAgo: 1.5 * HOUR,
    state: { warehouse: 'Bremen', exchanges: EXCHANGES },
    metadata: { plan: 'business', region: 'eu-central', channel: 'chat' },
    summary: {
      summary: 'Grete asks about the stock in Bremen several times a day: quantities, deliveries, reorders, shelves.',
      topics: ['stock', 'Bremen'],
    },
  };
}

/** Seconds between the questions: 20 on a day, which begins at the same time every day. */
function workingDays(random: DemoRandom): number[] {
  const pauses: number[] = [];
  let today = 0;
  for (let index = 1; index < EXCHANGES; index++) {
    const isNextDay = index % 20 === 0;
    const pause = isNextDay ? 24 * HOUR - today : random.integer(300, 1_900);
    today = isNextDay ? 0 : today + pause;
    pauses.push(pause);
  }
  return pauses;
}

function stockExchange(random: DemoRandom, index: number): Exchange {
  const item = random.pick(ITEMS);
  const count = random.integer(0, 240);
  const turn = random.pick(QUESTIONS)(item, count, random, index + 1);
  return { ...turn, status: 'COMPLETED' };
}

const ITEMS = [
  'backpacks',
  'boots',
  'headlamps',
  'jackets',
  'sleeping bags',
  'stoves',
  'tents',
  'trekking poles',
  'bottles',
  'maps',
];

type Question = (item: string, count: number, random: DemoRandom, number: number) => Omit<Exchange, 'status'>;

const QUESTIONS: readonly Question[] = [
  (item, count, random) => ({
    ask: `How many ${item} are left?`,
    calls: [
      {
        tool: 'get_stock',
        args: { item, warehouse: 'Bremen' },
        result: { item, count, reserved: random.integer(0, count) },
      },
    ],
    answer:
      count === 0 ? `None: the last of the ${item} left this morning.` : `${count} ${item}, counted at the last scan.`,
  }),
  (item, count, random) => ({
    ask: `When does the next delivery of ${item} arrive?`,
    calls: [{ tool: 'get_deliveries', args: { item }, result: { pieces: count + 20, days: random.integer(1, 9) } }],
    answer: `${count + 20} ${item} are announced for gate ${random.integer(1, 6)}; the lorry is on its way.`,
  }),
  (item, count, random) => ({
    ask: `Which shelf are the ${item} on?`,
    answer: `Shelf ${random.pick(['A', 'B', 'C', 'D'])}${random.integer(1, 40)}${count > 120 ? ', and the rest in the hall behind it' : ''}.`,
  }),
  (item, count, random) => ({
    ask: `Reorder ${count + 10} ${item}, please.`,
    calls: [
      {
        tool: 'reorder',
        args: { item, pieces: count + 10 },
        result: { order: `P-${random.integer(10_000, 99_999)}`, accepted: true },
      },
    ],
    answer: `Ordered ${count + 10} ${item}. They usually arrive within ${random.integer(3, 8)} days.`,
  }),
  (item, count) => ({
    ask: `Is ${count + 5} ${item} a lot for this time of the year?`,
    answer: `${count > 100 ? 'Yes, about twice as many as usual' : 'No, that is about average'} for ${item} in this season.`,
  }),
  (item, _, random, number) => ({
    ask: `Note: ${random.integer(1, 6)} ${item} damaged, put aside.`,
    answer: `Noted as entry ${number}. I have taken them out of the stock.`,
  }),
];
