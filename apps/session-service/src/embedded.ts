import './heap.js';
import { requireNode } from '@session-service/node-version';
import { checkArguments } from './program-arguments.js';

requireNode();
checkArguments(
  `Usage: node dist/service/embedded.js [--demo]

Serves the sessions of AgentOS over HTTP. Environment variables configure it: see README.md and
docs/configuration.md. Without a DSN it starts its own PostgreSQL, with the data in .data/postgres.

  --demo  adds sample sessions
  --help  prints this text`,
  '--demo',
);
await import('./embedded/run-embedded.js');
