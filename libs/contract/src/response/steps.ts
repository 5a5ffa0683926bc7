/**
 * Work that may be large, cut into steps: whoever runs it may let others have the event loop in between. Most sessions
 * are done in one go; one with 50 MB of runs must not make everybody wait.
 */
export type Steps<T> = Generator<undefined, T>;
