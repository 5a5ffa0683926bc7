export * from './auth.module.js';
export {
  type AuthOptions,
  authWarnings,
  isOpen,
  type JwtOptions,
  OPEN_ROUTES,
  type OpenRoute,
} from './auth-options.js';
export { addAuthenticationHook } from './authentication.hook.js';
export { Authenticator } from './authenticator.js';
export type { AccessRule, DatabaseAccess } from './database-access.js';
export { ANONYMOUS, type Caller, mayUse, ownerOf } from './identity.js';
export { jwksFile } from './jwks.js';
export { RemoteJwks } from './remote-jwks.js';
export {
  combinedKeys,
  fixedKeys,
  JWT_ALGORITHMS,
  type JwtAlgorithm,
  KeyError,
  type KeySource,
  parseKeys,
} from './verification-keys.js';
