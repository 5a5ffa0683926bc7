import { DatabaseRegistry, type DatabaseServer, withTimeLimit } from '@agno/database';
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

  /** Primaries by db_id and their replicas, in the order of the map. */
  async all(): Promise<ReadonlyMap<string, boolean>> {
    const servers = this.registry.servers();
    return new Map(await Promise.all(servers.map(async (each) => [each.id, await this.isUp(each)] as const)));
  }

  private isUp(server: DatabaseServer): Promise<boolean> {
    const known = this.answers.get(server.id);
    const now = performance.now();
    if (known !== undefined && now - known.askedAt < REMEMBERED_MS) return known.isUp;
    // A busy database would let the probe wait in line, and its statements say as much.
    const isUp = server.hasAnsweredWithin(REMEMBERED_MS) ? Promise.resolve(true) : probe(server);
    this.answers.set(server.id, { askedAt: now, isUp });
    return isUp;
  }
}

function probe(server: DatabaseServer): Promise<boolean> {
  return withTimeLimit(PATIENCE_MS, (deadline) => server.query(NOTHING, [], deadline)).then(
    () => true,
    () => false,
  );
}
