export * from './presented-token.js';
export * from './scopes.js';
export * from './subject.js';
export * from './token-claims.js';
export * from './token-problems.js';
export * from './unverified-token.js';
