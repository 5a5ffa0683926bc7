import type { DatabaseServer } from '../../support/postgres.js';
import { dumpDatabase, loadDatabase } from './dump-database.js';
import { AGNO_2_VERSION, AGNO_VERSION, runPython } from './python.js';
import type { SuiteOptions } from './suite-options.js';

export type Template = 'v3' | 'v2' | 'v20' | 'v22' | 'mixed';

/** The version of agno that seeds each template. */
const VERSIONS: Readonly<Record<Template, string>> = {
  v3: AGNO_VERSION,
  v2: AGNO_2_VERSION,
  v20: '2.0.0',
  v22: '2.2.13',
  mixed: AGNO_VERSION,
};

/**
 * Templates that are seeded by agno versions which are never replaced. Only recording needs these versions; other runs
 * load the recorded rows.
 */
const FIXED: readonly Template[] = ['v20', 'v22'];

/** The seeded template databases. Each is created once, before its first copy. */
export class Templates {
  private readonly server: DatabaseServer;
  private readonly options: Pick<SuiteOptions, 'recorded' | 'record'>;
  private readonly created = new Map<Template, Promise<void>>();

  constructor(
    server: DatabaseServer,
    options: Pick<SuiteOptions, 'recorded' | 'record'> = { recorded: false, record: false },
  ) {
    this.server = server;
    this.options = options;
  }

  /** Creates a copy of a template, or an empty database if none is given. Returns its DSN. */
  async copy(template: Template | undefined, name: string): Promise<string> {
    if (template === undefined) return this.server.createDatabase(name);
    const created = this.created.get(template) ?? this.create(template);
    this.created.set(template, created);
    await created;
    return this.server.copyDatabase(nameOf(template), name);
  }

  private async create(template: Template): Promise<void> {
    const isLoaded = this.options.recorded || (FIXED.includes(template) && !this.options.record);
    if (isLoaded) await loadDatabase(await this.server.createDatabase(nameOf(template)), template);
    else await this.seed(template);
    if (this.options.record) await dumpDatabase(this.server.url(nameOf(template)), template);
  }

  /** Fills a template through agno's own classes. */
  private async seed(template: Template): Promise<void> {
    const dsn =
      template === 'mixed'
        ? await this.copy('v2', nameOf(template))
        : await this.server.createDatabase(nameOf(template));
    await runPython(VERSIONS[template], 'oracle/seed.py', [dsn, template === 'mixed' ? 'later' : 'all']);
  }
}

function nameOf(template: Template): string {
  return `seed_${template}`;
}
