import type { Deviation } from '../deviations.js';

export const REQUEST_DEVIATIONS: readonly Deviation[] = [];
