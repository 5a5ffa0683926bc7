export { requireNode } from './node-version.js';
