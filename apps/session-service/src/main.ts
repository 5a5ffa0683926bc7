import './heap.js';
import { requireNode } from '@session-service/node-version';
import { checkArguments } from './program-arguments.js';

requireNode();
checkArguments(`Usage: node dist/service/main.js

Serves the sessions of AgentOS over HTTP. Environment variables configure it; it needs one of AGNO_PG_DSN,
DATABASE_URL and AGNO_SESSION_DSN_MAP. README.md and docs/configuration.md explain all of them.

  --help  prints this text`);
await import('./run-service.js');
