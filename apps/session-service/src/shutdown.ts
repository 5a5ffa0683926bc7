/** Resolves with the first SIGTERM or SIGINT; later ones of an impatient operator change nothing. */
export function shutdownSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
  });
}
