export * from './compared-response.js';
export * from './differences.js';
export * from './generated-values.js';
export * from './json-tree.js';
