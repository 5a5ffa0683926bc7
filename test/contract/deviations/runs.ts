import type { Deviation } from '../deviations.js';

export const RUN_DEVIATIONS: readonly Deviation[] = [];
