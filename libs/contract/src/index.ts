export * from './errors/http-problem.js';
export * from './message/index.js';
export * from './request/index.js';
export * from './response/index.js';
export * from './session/session-type.js';
export * from './session/stored-session.js';
export * from './time/index.js';
export * from './token/index.js';
