import type { SessionType } from '../stored-session.js';
import type { ComponentResource } from '../token/component-scopes.js';

/*
 * The responses with which AgentOS describes itself, filled with what the tables tell. Members that only a running AgentOS
 * knows are absent, as its schemas permit: models, tools, memory, knowledge.
 */

/** An agent, team or workflow that has sessions in a database. */
export interface Component {
  readonly type: SessionType;
  readonly id: string;
  /** The stored name, else the id. */
  readonly name: string;
  readonly dbId: string;
}

export const RESOURCE_OF: Readonly<Record<SessionType, ComponentResource>> = {
  agent: 'agents',
  team: 'teams',
  workflow: 'workflows',
};

/** AgentOS's clients require an id. */
const OS_ID = 'agno-session-service';
const OS_NAME = 'AgentOS session service';
/** The version of an AgentOS that has been given none. */
const OS_VERSION = '1.0.0';
/** The version of agno whose contract this service has. */
const AGNO_VERSION = '3.1.10';

/** The databases that a caller may use. */
export interface OsDatabases {
  readonly ids: readonly string[];
  /** The database of requests without db_id; undefined if the caller may not use it. */
  readonly defaultId: string | undefined;
  readonly sessionTable: string;
}

/** The body of `GET /config`. */
export function osConfig({ ids, defaultId, sessionTable }: OsDatabases, components: readonly Component[]): string {
  const summaries = (type: SessionType) =>
    ofType(components, type).map((component) => ({ ...identityOf(component), ...SUMMARY_DEFAULTS[type] }));
  return JSON.stringify({
    os_id: OS_ID,
    available_models: [],
    os_database: defaultId,
    databases: ids,
    session: {
      dbs: ids.map((id) => ({ db_id: id, domain_config: { display_name: id }, tables: [sessionTable] })),
    },
    queue: { durable: false, queue_per_session: false },
    agents: summaries('agent'),
    teams: summaries('team'),
    workflows: summaries('workflow'),
    interfaces: [],
    company: null,
  });
}

/** The body of `GET /agents`, `/teams` or `/workflows`. */
export function componentList(type: SessionType, sessionTable: string, components: readonly Component[]): string {
  const sessions = type === 'workflow' ? {} : { sessions: { session_table: sessionTable } };
  return JSON.stringify(
    ofType(components, type).map((component) => ({
      ...identityOf(component),
      ...(type === 'agent' && { filesystem: false }),
      is_factory: false,
      ...sessions,
      is_component: false,
      sandboxed: false,
    })),
  );
}

/** How requests are authenticated, in AgentOS's terms. */
export interface OsAuthentication {
  readonly mode: 'none' | 'security_key' | 'jwt';
  readonly userIsolation: boolean;
}

/** The body of `GET /info`. */
export function osInfo({ mode, userIsolation }: OsAuthentication, components: readonly Component[]): string {
  return JSON.stringify({
    os_id: OS_ID,
    name: OS_NAME,
    os_version: OS_VERSION,
    agno_version: AGNO_VERSION,
    agent_count: ofType(components, 'agent').length,
    team_count: ofType(components, 'team').length,
    workflow_count: ofType(components, 'workflow').length,
    mcp: { enabled: false, path: null, oauth: null, tool_run_endpoint: false },
    auth_mode: mode,
    user_isolation: userIsolation,
  });
}

const SUMMARY_DEFAULTS: Readonly<Record<SessionType, object>> = {
  agent: { sandboxed: false },
  team: { sandboxed: false },
  workflow: { is_factory: false, is_component: false, sandboxed: false },
};

function ofType(components: readonly Component[], type: SessionType): Component[] {
  return components.filter((component) => component.type === type);
}

function identityOf({ id, name, dbId }: Component): object {
  return { id, name, db_id: dbId };
}
