import { namedStatement, type Statement } from '@agno/database';
import type { Layout } from './layout.js';
import type { Tables } from './tables.js';

/** How the rows of a statement are read. */
export type StatementOptions = Omit<Statement, 'name' | 'text'>;

/** The SQL of one database in one layout: each text is built once. */
export class StatementCache {
  readonly tables: Tables;
  readonly layout: Layout;
  private readonly statements = new Map<string, Statement>();

  constructor(tables: Tables, layout: Layout) {
    this.tables = tables;
    this.layout = layout;
  }

  /** The statement known as `key`, built on first use. One key must always mean one text within a layout. */
  get(key: string, build: (book: StatementCache) => string, options: StatementOptions = {}): Statement {
    let statement = this.statements.get(key);
    if (statement === undefined) {
      statement = { ...namedStatement(key, build(this)), ...options };
      this.statements.set(key, statement);
    }
    return statement;
  }
}
