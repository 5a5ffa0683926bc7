import { ACCEPTED_BODIES } from './accepted-bodies.js';
import { DEPTH } from './depth.js';
import { MEDIA } from './media.js';
import { MESSAGES } from './messages.js';
import { NUMBERS } from './numbers.js';
import { REFUSED_BODIES } from './refused-bodies.js';
import { RUNS } from './runs.js';
import type { Shape } from './shape.js';
import { STRINGS } from './strings.js';
import { WIDTH } from './width.js';

export const SHAPES: readonly Shape[] = [
  ...DEPTH,
  ...WIDTH,
  ...STRINGS,
  ...NUMBERS,
  ...MESSAGES,
  ...RUNS,
  ...MEDIA,
  ...ACCEPTED_BODIES,
  ...REFUSED_BODIES,
];

export * from './shape.js';
