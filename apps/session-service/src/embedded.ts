import './heap.js';
import { requireNode } from '@session-service/node-version';

requireNode();
await import('./embedded/run-embedded.js');
