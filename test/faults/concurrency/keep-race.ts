import { recordReliability } from '../support/keep-finding.js';

/** Keeps the row of a race, on one layout: to be called last, when the test has found every answer and every row right. */
export function recordRace(fault: string, requests: number, outcome: string): void {
  recordReliability({ fault, requests, outcome, lostWrites: 0, wrongAnswers: 0 });
}
