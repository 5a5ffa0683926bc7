import { figures } from './demo-figures.js';
import type { DemoRandom } from './demo-random.js';
import type { Topic, WordChoices } from './topic.js';

/** The words chosen for one conversation, by the path that a placeholder names. */
export type Words = ReadonlyMap<string, string | number>;

/** Chooses a word for every placeholder of the topic. Numbers that belong together are computed from each other. */
export function chooseWords(topic: Topic, random: DemoRandom): Words {
  const words = new Map<string, string | number>();
  const chosen = new Map(Object.entries(topic.words).map(([name, choices]) => [name, choose(choices, random)]));
  for (const [name, value] of chosen) addWord(words, name, value);
  const { dimension } = Object.fromEntries(chosen) as { dimension?: { values: readonly string[] } };
  if (dimension !== undefined) for (const [name, value] of figures(dimension.values, random)) words.set(name, value);
  return words;
}

function choose(choices: WordChoices, random: DemoRandom): unknown {
  if (typeof choices !== 'string') {
    const choice = random.pick(choices);
    return typeof choice === 'string' ? random.digits(choice) : choice;
  }
  const [low = 0, high = 0] = choices.split('..').map(Number);
  return random.integer(low, high);
}

function addWord(words: Map<string, string | number>, path: string, value: unknown): void {
  if (typeof value === 'number' || typeof value === 'string') words.set(path, value);
  else for (const [name, member] of Object.entries(value ?? {})) addWord(words, `${path}.${name}`, member);
}

/** The template with its placeholders replaced, at every depth. A string that is one placeholder may become a number. */
export function fill<T>(template: T, words: Words): T {
  return fillValue(template, words) as T;
}

function fillValue(value: unknown, words: Words): unknown {
  if (typeof value === 'string') return fillText(value, words);
  if (Array.isArray(value)) return value.map((item) => fillValue(item, words));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fillValue(member, words)]));
}

const PLACEHOLDER = /\{(\w+(?:\.\w+)?)\}/g;

function fillText(text: string, words: Words): string | number {
  const whole = /^\{(\w+(?:\.\w+)?)\}$/.exec(text)?.[1];
  const number = whole === undefined ? undefined : words.get(whole);
  if (typeof number === 'number') return number;
  return text.replace(PLACEHOLDER, (placeholder, path: string) => {
    const word = words.get(path);
    return word === undefined ? placeholder : String(word);
  });
}
