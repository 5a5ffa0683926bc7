import { requireNode } from '@session-service/node-version';

requireNode();
await import('./run-mirror.js');
