import type { AuthOptions } from './auth-options.js';

/** What an operator should read about their choice when the service starts. */
export function authWarnings({ jwt, securityKey }: AuthOptions): readonly string[] {
  if (jwt !== undefined && securityKey !== undefined) {
    return ['OS_SECURITY_KEY has no effect, because a JWT key is set and tokens are verified instead'];
  }
  if (jwt === undefined && securityKey === undefined) {
    return [
      'No OS_SECURITY_KEY and no JWT key is set: anybody who reaches this port may read and delete every session',
    ];
  }
  return [];
}
