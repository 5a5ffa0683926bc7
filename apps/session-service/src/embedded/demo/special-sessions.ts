import type { ImportedSession } from '@session-service/storage';
import { CODE_REVIEWER, DATA_ANALYST, SUPPORT_DESK, TRAVEL_PLANNER } from './demo-components.js';
import { chartImage, type DemoMedia, photoImage, voiceMessage } from './demo-media.js';
import type { DemoRandom } from './demo-random.js';
import { longChat } from './long-chat.js';
import { type Conversation, sessionRows } from './session-rows.js';
import type { Exchange } from './stored-run.js';
import type { TurnTemplate } from './topic.js';
import special from './topics/special.json' with { type: 'json' };

const HOUR = 3_600;

/** Sessions with something to see that ordinary ones lack: media, other scripts, a long chat. Their ids say what. */
export function specialSessions(random: DemoRandom, now: number): ImportedSession[] {
  return [...texts(), ...media(random), ...sizes(random), ...runningSessions(), emptySession()].map((conversation) =>
    sessionRows(conversation, random, now),
  );
}

function texts(): Conversation[] {
  const { arabic, hebrew, japanese, german, markup, reasoning } = special;
  return [
    conversation('demo-arabic', arabic, { userId: 'noor', endedAgo: 2 * HOUR }),
    conversation('demo-hebrew', hebrew, { userId: 'shafi', endedAgo: 5 * HOUR }),
    conversation('demo-japanese', japanese, { userId: 'yukihiro', endedAgo: 8 * HOUR }),
    conversation('demo-german-words', german, { userId: 'konrad zuse', endedAgo: 26 * HOUR }),
    conversation('demo-markup', markup, { userId: '"grace" <hopper>', endedAgo: 30 * HOUR }),
    conversation('demo-reasoning', reasoning, { userId: undefined, endedAgo: 3 * HOUR }),
  ];
}

function media(random: DemoRandom): Conversation[] {
  const { photo, chart, voice, files } = special;
  const pictures = [
    photoImage(random, 'The camp in the evening'),
    photoImage(random, 'The valley below the camp'),
    {
      id: random.uuid(),
      url: 'https://images.example.com/tent/seam.jpg',
      alt_text: 'The tear along the seam',
      detail: 'high',
    },
  ];
  const spoken = voiceMessage(random, "The parcel is at my neighbour's, please cancel the search.");
  return [
    conversation('demo-photos', photo, { userId: 'hedy', endedAgo: HOUR, first: { media: { images: pictures } } }),
    conversation('demo-chart', chart, {
      userId: 'john',
      endedAgo: 4 * HOUR,
      component: DATA_ANALYST,
      first: { images: [chartImage(random, 'Orders by week, eight bars')] },
    }),
    conversation('demo-voice', voice, { userId: 'radia', endedAgo: 6 * HOUR, first: { media: { audio: [spoken] } } }),
    conversation('demo-files', files, {
      userId: 'frances',
      endedAgo: 7 * HOUR,
      component: DATA_ANALYST,
      first: { media: attachments(random) },
    }),
  ];
}

/** Files by content, by URL, and by the key under which AgentOS has put one into its object store. */
function attachments(random: DemoRandom): DemoMedia {
  const storageKey = `demo/${random.uuid()}.xlsx`;
  const sheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  return {
    files: [
      {
        id: random.uuid(),
        name: 'Price list',
        filename: 'prices.csv',
        mime_type: 'text/csv',
        content: 'sku,name,price\nBP-38,Trail backpack,129.50\nTN-2P,Tent Meadow,249.90\nST-01,Gas stove,59.90\n',
      },
      {
        id: random.uuid(),
        name: 'Contract',
        filename: 'contract.pdf',
        mime_type: 'application/pdf',
        url: 'https://files.example.com/contracts/2026/contract.pdf',
      },
      {
        id: random.uuid(),
        name: 'Last year',
        filename: 'last-year.xlsx',
        mime_type: sheet,
        media_reference: {
          media_id: random.uuid(),
          storage_key: storageKey,
          storage_backend: 's3',
          filename: 'last-year.xlsx',
          mime_type: sheet,
          size: 48_213,
        },
      },
    ],
    videos: [
      { id: random.uuid(), url: 'https://films.example.com/packing.mp4', width: 1280, height: 720, duration: 41.5 },
    ],
  };
}

function sizes(random: DemoRandom): Conversation[] {
  const { name, answer } = special.log;
  const turn = { ask: `Why does this import stop?\n\n\`\`\`text\n${importLog(random)}\`\`\``, answer };
  return [
    longChat(random),
    conversation(
      'demo-one-megabyte',
      { name, turns: [turn] },
      { userId: 'ken', endedAgo: 9 * HOUR, component: CODE_REVIEWER },
    ),
  ];
}

/** The log of an import with 12,000 lines, about 1 MB. */
function importLog(random: DemoRandom): string {
  const start = Date.UTC(2026, 0, 12, 3);
  const lines = Array.from({ length: 12_000 }, (_, row) => {
    const time = new Date(start + row * 37).toISOString();
    const price = random.between(9, 400).toFixed(2);
    if (row === 8_214 || row === 9_020 || row === 9_021) {
      return `${time} WARN import: row ${row}: price "${price.replace('.', ',')}" is not a number, skipped`;
    }
    return `${time} INFO import: row ${row}: sku=${random.digits('##-####')} price=${price} stored, ${random.integer(1, 40)} ms`;
  });
  return `${lines.join('\n')}\n`;
}

function runningSessions(): Conversation[] {
  const { running, runningTeam } = special;
  const options = { endedAgo: 20, last: 'RUNNING' } as const;
  return [
    conversation('demo-running', running, { ...options, userId: 'katherine', component: DATA_ANALYST }),
    conversation('demo-running-team', runningTeam, { ...options, userId: 'margaret', component: TRAVEL_PLANNER }),
  ];
}

function emptySession(): Conversation {
  return conversation(
    'demo-empty',
    { name: 'Ideas for the autumn', turns: [] },
    { userId: 'leslie', endedAgo: 12 * HOUR },
  );
}

interface SpecialText {
  readonly name?: string;
  readonly turns: readonly TurnTemplate[];
}

interface SpecialOptions {
  readonly userId: string | undefined;
  readonly endedAgo: number;
  readonly component?: Conversation['component'];
  /** Members of the first exchange. */
  readonly first?: Partial<Exchange>;
  /** Status of the last exchange, if it has not completed. */
  readonly last?: Exchange['status'];
}

function conversation(id: string, { name, turns }: SpecialText, options: SpecialOptions): Conversation {
  const { userId, endedAgo, component = SUPPORT_DESK, first, last = 'COMPLETED' } = options;
  return {
    id,
    component,
    userId,
    name,
    endedAgo,
    exchanges: turns.map((turn, index) => ({
      ...turn,
      status: index === turns.length - 1 ? last : 'COMPLETED',
      ...(index === 0 && first),
    })),
    pauses: turns.slice(1).map(() => 90),
    metadata: { plan: 'business', region: 'eu-central', channel: 'web' },
  };
}
