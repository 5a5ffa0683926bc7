export * from './shape.js';

import { ACCEPTED_BODIES } from './accepted-bodies.shapes.js';
import { DEPTH } from './depth.shapes.js';
import { MEDIA } from './media.shapes.js';
import { MESSAGES } from './messages.shapes.js';
import { NUMBERS } from './numbers.shapes.js';
import { REJECTED_BODIES } from './rejected-bodies.shapes.js';
import { RUNS } from './runs.shapes.js';
import type { Shape } from './shape.js';
import { STRINGS } from './strings.shapes.js';
import { WIDTH } from './width.shapes.js';

export const SHAPES: readonly Shape[] = [
  ...DEPTH,
  ...WIDTH,
  ...STRINGS,
  ...NUMBERS,
  ...MESSAGES,
  ...RUNS,
  ...MEDIA,
  ...ACCEPTED_BODIES,
  ...REJECTED_BODIES,
];

/** Shapes that a run without options adds to those marked `isQuick`. All others need `--all` or `--only`. */
export const DEFAULT_SHAPES: ReadonlySet<string> = new Set([
  'deep input of objects stored by SQL',
  'many deep values',
  'deep message content',
  'state of ones',
  'state of many keys',
  'state of one long key',
  'state of escaped keys',
  'agent data of many keys',
  'input content of many keys',
  'cyrillic everywhere',
  'emoji everywhere',
  'backslashes everywhere',
  'cyrillic in an input object',
  'integers of 4300 digits in an input',
  'many 1e308 in an input',
  'many 0.1 in state',
  'long integers in messages',
  'messages with all members',
  'messages with tool calls',
  'one message of many parts',
  'a message of many keys',
  'member runs of a team',
  'object inputs of workflow runs',
  'lists of wrong types in a run',
  'sessions with long titles',
  'one large image in a message',
  'one message of many images',
  'an unnamed session by an input of many images',
  'many small images in an input',
  'pretty-printed',
  'duplicate keys',
  'UTF-16',
  'long ids to delete',
  'syntax error after emoji',
  'unterminated string of escapes',
  'opening brackets',
  'more values than allowed',
  'an array of objects',
  'deep state of NaN',
  'state of half surrogate pairs',
  'summary of unknown keys',
  'runs of one id',
]);
