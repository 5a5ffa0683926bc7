import type { Deviation } from '../deviations.js';

export const DETAIL_DEVIATIONS: readonly Deviation[] = [];
