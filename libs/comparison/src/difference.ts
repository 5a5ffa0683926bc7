/** One place where an answer is not what it should be. Values are JSON text; `(nothing)` where there is none. */
export interface Difference {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}
