import type { Connection } from 'pg';
import { OversizedColumn } from './database-errors.js';
import type { MessageConnection } from './message-connection.js';
import { OVERSIZED } from './message-framer.js';
import type { PgQuery } from './pg-internals.js';
import type { Preparation } from './prepared-statements.js';
import type { Execution, SqlValue, Statement, TextRow } from './statement.js';

/** Called when a statement that was sent has ended. `error`: that of PostgreSQL or of the connection, if it failed. */
export type OnStatementEnd = (name: string, seconds: number, error?: unknown) => void;

/** Column names by statement: the same SQL always has the same columns. */
const knownColumns = new WeakMap<Statement, readonly string[]>();

/**
 * One execution of a statement, faster than pg's own Query: values stay strings, and a statement whose columns are
 * known is not described again, which saves a message and a parser per column. Passed to `client.query()` like
 * pg-cursor. `rows` resolves to the rows, or rejects with the error of PostgreSQL or of the connection.
 */
export class TextQuery<Row = TextRow> implements PgQuery {
  /** The statement whose messages arrive: `first` until it is complete. */
  private current: Statement;
  private columns: readonly string[];
  private connection: MessageConnection | undefined;
  private oversized: OversizedColumn | undefined;
  private startedAt = 0;
  private readonly received: Row[] = [];
  private readonly outcome = Promise.withResolvers<Row[]>();

  constructor(
    private readonly statement: Statement,
    private readonly values: readonly SqlValue[],
    private readonly preparation: Preparation,
    private readonly onEnd: OnStatementEnd,
    private readonly execution?: Execution<Row>,
  ) {
    this.current = statement.first ?? statement;
    this.columns = preparation === 'renewed' ? [] : (knownColumns.get(statement) ?? []);
  }

  get rows(): Promise<Row[]> {
    return this.outcome.promise;
  }

  /** pg records this name and text when a statement has been prepared. */
  get name(): string {
    return this.nameOf(this.current);
  }

  get text(): string {
    return this.current.text;
  }

  /** Sends all messages of the execution in one write. */
  submit(connection: Connection): void {
    const wire = connection as unknown as MessageConnection;
    const { statement, execution } = this;
    const portal = execution?.portal;
    this.connection = wire;
    wire.wantsRow = execution && ((bytes) => execution.receiver.wants(bytes));
    if (portal !== undefined) portal.pause = (isPaused) => void (isPaused ? wire.stream.pause() : wire.stream.resume());
    this.startedAt = performance.now();
    wire.stream.cork();
    try {
      if (!portal?.isBound) {
        const values = this.values.map(encodeParameter);
        if (statement.first !== undefined) {
          this.bind(wire, statement.first, values);
          wire.execute(EXECUTE_ALL);
        }
        this.bind(wire, statement, values);
        if (this.columns.length === 0) wire.describe({ type: 'P' });
      }
      wire.execute(portal === undefined ? EXECUTE_ALL : { rows: portal.maxRows });
      wire.sync();
    } catch (error) {
      // Ends the connection, since the server and all later statements would wait for the missing messages.
      wire.stream.destroy(error as Error);
    }
    wire.stream.uncork();
  }

  private bind(wire: MessageConnection, statement: Statement, values: (string | null)[]): void {
    const name = this.nameOf(statement);
    if (this.preparation === 'renewed') {
      wire.close({ type: 'S', name });
      wire.parsedStatements[name] = undefined;
    }
    if (name === '' || wire.parsedStatements[name] === undefined) wire.parse({ name, text: statement.text });
    wire.bind({ statement: name, values });
  }

  private nameOf({ name }: Statement): string {
    return this.preparation === 'unnamed' ? '' : name;
  }

  handleRowDescription({ fields }: { fields: readonly { name: string }[] }): void {
    this.columns = fields.map(({ name }) => name);
    knownColumns.set(this.statement, this.columns);
  }

  handleDataRow({ fields, length }: { fields: readonly (string | null)[]; length: number }): void {
    if (this.current !== this.statement) return;
    const { columns } = this;
    const receiver = this.execution?.receiver;
    if (this.oversized !== undefined || receiver?.wants(length) === false) return;
    const { longValues, nulls } = this.statement;
    // Searches for OVERSIZED only on a connection that has received an oversized value.
    if (longValues !== 'marked' && this.connection?.hasSentOversized) {
      const refused = longValues?.markedExcept ?? columns;
      const index = fields.findIndex((value, column) => value === OVERSIZED && refused.includes(columns[column] ?? ''));
      if (index >= 0) {
        this.oversized = new OversizedColumn(columns[index]);
        return;
      }
    }
    const row: TextRow = {};
    for (let index = 0; index < columns.length; index++) {
      const value = fields[index] as string | null;
      if (value !== null || nulls !== 'omitted') row[columns[index] as string] = value;
    }
    if (receiver === undefined) this.received.push(row as Row);
    else receiver.receive(row as Row, length);
  }

  handleCommandComplete(): void {
    this.current = this.statement;
    const portal = this.execution?.portal;
    if (portal !== undefined) portal.isOver = true;
  }

  /** The portion is complete, but the result has more rows. */
  handlePortalSuspended(): void {}

  handleReadyForQuery(): void {
    const { portal, receiver } = this.execution ?? {};
    if (portal !== undefined) portal.isBound = true;
    const failure = receiver?.failure ?? this.oversized;
    this.end();
    if (failure === undefined) this.outcome.resolve(this.received);
    else this.outcome.reject(failure);
  }

  /** PostgreSQL reports a cancelled statement as an error. The receiver's `failure` is the reason for the cancellation. */
  handleError(error: unknown): void {
    this.end(error);
    this.outcome.reject(this.execution?.receiver.failure ?? error);
  }

  /** Detaches from the connection, which would keep the rows in memory. */
  private end(error?: unknown): void {
    if (this.connection !== undefined) {
      this.onEnd(this.statement.name, (performance.now() - this.startedAt) / 1000, error);
      this.connection.wantsRow = undefined;
    }
    const portal = this.execution?.portal;
    if (portal === undefined) return;
    portal.pause(false);
    portal.pause = () => undefined;
  }
}

const EXECUTE_ALL = {};

/** A parameter in PostgreSQL's text format. https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function encodeParameter(value: SqlValue): string | null {
  if (value === null || typeof value === 'string') return value;
  return typeof value === 'object' ? `{${value.map(encodeArrayItem).join(',')}}` : String(value);
}

function encodeArrayItem(item: string | null): string {
  return item === null ? 'NULL' : `"${item.replace(/["\\]/g, '\\$&')}"`;
}
