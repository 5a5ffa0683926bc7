export * from './answer.js';
export * from './answer-differences.js';
export * from './chance-order.js';
export * from './compared-headers.js';
export * from './differences.js';
export * from './expected-answer.js';
export * from './json.js';
export * from './mask.js';
