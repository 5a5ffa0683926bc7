import type { Connection, Submittable } from 'pg';
import type { SqlValue, Statement, TextRow } from './statement.js';

/** Column names of statements that ran before: the same text always has the same ones. */
const knownColumns = new WeakMap<Statement, readonly string[]>();

/** What pg's connection does beyond its published types: whole messages, and the names prepared on it. */
interface ProtocolConnection {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Record<string, string | undefined>;
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: (string | null)[] }): void;
  describe(message: { type: 'P' }): void;
  execute(message: object): void;
  sync(): void;
}

/**
 * One execution of a prepared statement as pg's own query type would do it, without what this service does not need:
 * every column stays text, and a statement whose columns are known is not described again, which saves PostgreSQL and
 * this process a message and a parser for each column. It plugs into `client.query()` as pg-cursor does.
 * Resolves to the rows; errors: what PostgreSQL or the connection reported.
 */
export class TextQuery<Row = TextRow> implements Submittable {
  /** Under this name and text pg remembers the statement as prepared. */
  readonly name: string;
  readonly text: string;
  private columns: readonly string[];
  private startedAt = 0;
  private readonly received: Row[] = [];
  private readonly outcome = Promise.withResolvers<Row[]>();

  constructor(
    private readonly statement: Statement,
    private readonly values: readonly SqlValue[],
    isNamed: boolean,
    private readonly onEnd: (name: string, seconds: number) => void,
  ) {
    this.name = isNamed ? statement.name : '';
    this.text = statement.text;
    this.columns = knownColumns.get(statement) ?? [];
  }

  get rows(): Promise<Row[]> {
    return this.outcome.promise;
  }

  /** All messages of one execution in one write. */
  submit(connection: Connection): void {
    const wire = connection as unknown as ProtocolConnection;
    const { name, text } = this;
    this.startedAt = performance.now();
    wire.stream.cork();
    if (name === '' || wire.parsedStatements[name] === undefined) wire.parse({ name, text });
    wire.bind({ statement: name, values: this.values.map(textOf) });
    if (this.columns.length === 0) wire.describe({ type: 'P' });
    wire.execute(EXECUTE_ALL);
    wire.sync();
    wire.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: readonly { name: string }[] }): void {
    this.columns = fields.map(({ name }) => name);
    knownColumns.set(this.statement, this.columns);
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const { columns } = this;
    const row: TextRow = {};
    for (let index = 0; index < columns.length; index++) row[columns[index] as string] = fields[index] as string | null;
    this.received.push(row as Row);
  }

  /** How many rows a statement touched is told by the rows it returns. */
  handleCommandComplete(): void {}

  /** Comes after an error, too. */
  handleReadyForQuery(): void {
    this.onEnd(this.statement.name, (performance.now() - this.startedAt) / 1000);
    this.outcome.resolve(this.received);
  }

  handleError(error: unknown): void {
    this.outcome.reject(error);
  }
}

const EXECUTE_ALL = {};

/** A parameter in PostgreSQL's own text format. */
function textOf(value: SqlValue): string | null {
  if (value === null || typeof value === 'string') return value;
  return typeof value === 'object' ? `{${value.map(itemText).join(',')}}` : String(value);
}

function itemText(item: string | null): string {
  return item === null ? 'NULL' : `"${item.replace(/["\\]/g, '\\$&')}"`;
}
