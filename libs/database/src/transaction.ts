import type { RunStatement, Statement } from './statement.js';

const COMMIT: Statement = { name: 'commit', text: 'COMMIT' };
const ROLLBACK: Statement = { name: 'rollback', text: 'ROLLBACK' };

/**
 * Does work in a transaction: committed when it resolves, rolled back when it throws.
 *
 * @param begin the command that begins it, with its modes
 */
export async function inTransaction<T>(run: RunStatement, begin: string, work: () => Promise<T>): Promise<T> {
  await run({ name: 'begin', text: begin }, []);
  try {
    const result = await work();
    await run(COMMIT, []);
    return result;
  } catch (error) {
    await run(ROLLBACK, []).catch(() => undefined);
    throw error;
  }
}
