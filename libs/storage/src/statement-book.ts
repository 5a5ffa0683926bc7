import { createHash } from 'node:crypto';
import type { Statement } from '@agno/database';
import type { Layout } from './layout.js';
import type { Tables } from './tables.js';

/** The SQL of one database in one layout: each text is built once and named by its digest. */
export class StatementBook {
  readonly tables: Tables;
  readonly layout: Layout;
  private readonly statements = new Map<string, Statement>();

  constructor(tables: Tables, layout: Layout) {
    this.tables = tables;
    this.layout = layout;
  }

  /** The statement known as `key`, built on first use. One key must always mean one text within a layout. */
  get(key: string, build: (book: StatementBook) => string): Statement {
    let statement = this.statements.get(key);
    if (statement === undefined) {
      const text = build(this);
      statement = { name: `${key.slice(0, 30)}:${digest(text)}`, text };
      this.statements.set(key, statement);
    }
    return statement;
  }
}

/** PostgreSQL cuts statement names at 63 bytes; a digest keeps one name for one text. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}
