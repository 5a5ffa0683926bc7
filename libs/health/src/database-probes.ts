import { type Database, DatabaseRegistry, withDeadline } from '@agno/database';
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
    // A busy database would let the probe wait in line, and its statements say as much.
    const isUp = database.hasAnsweredWithin(REMEMBERED_MS) ? Promise.resolve(true) : probe(database);
    this.answers.set(database.id, { askedAt: now, isUp });
    return isUp;
  }
}

/** The race is for those who wait for a connection: a deadline only ends statements. */
function probe(database: Database): Promise<boolean> {
  return withDeadline(PATIENCE_MS, (deadline) => {
    const answered = database.query(NOTHING, [], deadline).then(
      () => true,
      () => false,
    );
    const outOfTime = new Promise<boolean>((resolve) => deadline.onPassed(() => resolve(false)));
    return Promise.race([answered, outOfTime]);
  });
}
