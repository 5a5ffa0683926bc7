export * from './auth.module.js';
export * from './auth-options.js';
export { OPEN_ROUTES, type OpenRoute } from './auth-options.js';
export * from './authentication.hook.js';
export * from './authenticator.js';
export type { AccessRule, DatabaseAccess } from './database-access.js';
export * from './identity.js';
export * from './jwks.js';
export * from './verification-keys.js';
