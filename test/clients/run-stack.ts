/**
 * Runs AgentOS and the service on a PostgreSQL with the sessions of the contract suite, behind nginx, for clients that
 * are tested by hand: `node --import ./test/support/run-typescript.ts test/clients/run-stack.ts`.
 */
import { AGNO_VERSION, startAgentOs } from '../contract/harness/python.js';
import { Templates } from '../contract/harness/templates.js';
import { startGateway } from '../gateway/gateway-process.js';
import { startPostgres } from '../support/postgres.js';
import { startSessionService } from '../support/session-service.js';

const templates = new Templates(await startPostgres(), { recorded: true, record: false });
const dsn = await templates.copy('v3', 'stack');
const [service, agentOs] = await Promise.all([
  startSessionService({ AGNO_PG_DSN: dsn }),
  startAgentOs(AGNO_VERSION, [`default=${dsn}`]),
]);
const gateway = await startGateway('nginx', { sessions: [service.baseUrl], agentos: agentOs.baseUrl });
process.stdout.write(`gateway ${gateway.baseUrl}, service ${service.baseUrl}, AgentOS ${agentOs.baseUrl}\n`);
// All processes end with this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit());
