export * from './ask-for-tls.js';
export * from './dsn-error.js';
export * from './offered-tls.js';
export * from './parse-dsn.js';
export * from './pool-target.js';
