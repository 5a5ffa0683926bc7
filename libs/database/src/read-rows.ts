import { StoredValueTooLong } from './database-errors.js';
import type { WorkLimits } from './memory-budget.js';
import type { Reader } from './reader.js';
import { streamRows } from './row-stream.js';
import { HeldRows, type Reading, ResultTooLarge, type Rows, WholeRows } from './rows.js';
import type { SqlValue, Statement, TextRow } from './statement.js';

/** Number of portions in a share, see `streamRows`. */
const PORTIONS_PER_SHARE = 4;

/**
 * Reads the rows of a statement that changes nothing: a small result at once, so that its connection is free again, a large one
 * in portions. Of that the first attempt is dropped.
 *
 * Errors: those of the statement, MemoryBudgetFull. After the first rows they come from `more()`.
 */
export async function readRows<Row = TextRow>(
  reader: Reader,
  statement: Statement,
  values: readonly SqlValue[],
  limits: WorkLimits,
  reading: Reading = {},
): Promise<Rows<Row>> {
  // The size of its rows is not known: a portion of one row tells it.
  if (reading.isLarge) return streamRows(reader, statement, values, limits, reading, 1);
  let received: HeldRows<Row> | undefined;
  try {
    await reader.work(
      limits.deadline,
      (run, cancel) => {
        received = new HeldRows<Row>(limits.memory, cancel);
        return run(statement, values, { receiver: received });
      },
      reading,
    );
    return new WholeRows(received?.rows ?? []);
  } catch (error) {
    if (error instanceof ResultTooLarge) {
      return streamRows(reader, statement, values, limits, reading, error.rows / PORTIONS_PER_SHARE);
    }
    if (error instanceof StoredValueTooLong && received?.rows.length) return new WholeRows(received.rows, error);
    throw error;
  }
}
