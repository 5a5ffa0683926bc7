import type { Deviation } from '../deviations.js';

export const LIST_DEVIATIONS: readonly Deviation[] = [];
