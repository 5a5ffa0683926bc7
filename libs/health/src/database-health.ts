import { Injectable } from '@nestjs/common';
import { DatabaseRegistry, type DatabaseServer, withTimeLimit } from '@session-service/database';

/** A database that takes longer for nothing is as good as down, in milliseconds. */
const TIMEOUT_MS = 2_000;

/** Answers are remembered so long, in milliseconds: probes must be no load. */
const CACHE_MS = 1_000;

const PROBE_STATEMENT = { name: 'probe', text: 'SELECT 1' };

interface ProbeResult {
  readonly startedAt: number;
  readonly isUp: Promise<boolean>;
}

/** Asks databases whether they answer. Never throws and never takes longer than its patience. */
@Injectable()
export class DatabaseHealth {
  private readonly results = new Map<string, ProbeResult>();

  constructor(private readonly registry: DatabaseRegistry) {}

  /** Primaries by db_id and their replicas, in the order of the map. */
  async statusById(): Promise<ReadonlyMap<string, boolean>> {
    const servers = this.registry.servers();
    return new Map(await Promise.all(servers.map(async (each) => [each.id, await this.isUp(each)] as const)));
  }

  private isUp(server: DatabaseServer): Promise<boolean> {
    const known = this.results.get(server.id);
    const now = performance.now();
    if (known !== undefined && now - known.startedAt < CACHE_MS) return known.isUp;
    // A busy database would let the probe wait in line, and its statements say as much.
    const isUp = server.hasRespondedWithin(CACHE_MS) ? Promise.resolve(true) : probe(server);
    this.results.set(server.id, { startedAt: now, isUp });
    return isUp;
  }
}

function probe(server: DatabaseServer): Promise<boolean> {
  return withTimeLimit(TIMEOUT_MS, (deadline) => server.query(PROBE_STATEMENT, [], deadline)).then(
    () => true,
    () => false,
  );
}
