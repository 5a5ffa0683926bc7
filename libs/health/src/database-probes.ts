import { type Database, DatabaseRegistry, Deadline } from '@agno/database';
import { Injectable } from '@nestjs/common';

/** A database that takes longer for nothing is as good as down, in milliseconds. */
const PATIENCE_MS = 2_000;

/** Answers are remembered so long, in milliseconds: probes must be no load. */
const REMEMBERED_MS = 1_000;

const NOTHING = { name: 'probe', text: 'SELECT 1' };

interface Answer {
  readonly askedAt: number;
  readonly isUp: Promise<boolean>;
}

/** Asks databases whether they answer. Never throws and never takes longer than its patience. */
@Injectable()
export class DatabaseProbes {
  private readonly answers = new Map<string, Answer>();

  constructor(private readonly registry: DatabaseRegistry) {}

  /** By db_id, in the order of the map. */
  async all(): Promise<ReadonlyMap<string, boolean>> {
    const databases = this.registry.all();
    return new Map(await Promise.all(databases.map(async (each) => [each.id, await this.isUp(each)] as const)));
  }

  private isUp(database: Database): Promise<boolean> {
    const known = this.answers.get(database.id);
    const now = performance.now();
    if (known !== undefined && now - known.askedAt < REMEMBERED_MS) return known.isUp;
    const isUp = probe(database);
    this.answers.set(database.id, { askedAt: now, isUp });
    return isUp;
  }
}

function probe(database: Database): Promise<boolean> {
  const deadline = new Deadline();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      deadline.pass();
      resolve(false);
    }, PATIENCE_MS);
    database
      .query(NOTHING, [], deadline)
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(timer));
  });
}
