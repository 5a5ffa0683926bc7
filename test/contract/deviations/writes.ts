import type { Deviation } from '../deviations.js';

export const WRITE_DEVIATIONS: readonly Deviation[] = [];
