import { StoredValueTooLong } from './database-errors.js';
import type { WorkLimits } from './memory-budget.js';
import type { Reader } from './reader.js';
import { streamRows } from './row-stream.js';
import { BufferedRows, type ReadRowsOptions, ResultTooLarge, RowCollector, type Rows } from './rows.js';
import type { SqlValue, Statement, TextRow } from './statement.js';

/** Number of portions in a share, see `streamRows`. */
const PORTIONS_PER_BUFFER = 4;

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
  reading: ReadRowsOptions = {},
): Promise<Rows<Row>> {
  // The size of its rows is not known: a portion of one row tells it.
  if (reading.isLarge) return streamRows(reader, statement, values, limits, reading, 1);
  let received: RowCollector<Row> | undefined;
  try {
    await reader.withConnection(
      limits.deadline,
      (run, cancel) => {
        received = new RowCollector<Row>(limits.memory, cancel);
        return run(statement, values, { receiver: received });
      },
      reading,
    );
    return new BufferedRows(received?.rows ?? []);
  } catch (error) {
    if (error instanceof ResultTooLarge) {
      return streamRows(reader, statement, values, limits, reading, error.rows / PORTIONS_PER_BUFFER);
    }
    if (error instanceof StoredValueTooLong && received?.rows.length) return new BufferedRows(received.rows, error);
    throw error;
  }
}
