import { describe, expect, it } from 'vitest';
import { permissionsOf } from './permissions';

describe('permissionsOf', () => {
  it('permits everything where no scopes apply', () => {
    expect(permissionsOf(null)).toEqual({ mayWrite: true, mayDelete: true });
  });

  it.each(['sessions:write', 'sessions:*:write', 'sessions::write'])('permits changes to %s', (scope) => {
    expect(permissionsOf(['sessions:read', scope])).toEqual({ mayWrite: true, mayDelete: false });
  });

  it.each(['sessions:one:delete', 'agents:delete', 'sessions:*', 'sessions:DELETE'])(
    'permits nothing to %s',
    (scope) => {
      expect(permissionsOf([scope])).toEqual({ mayWrite: false, mayDelete: false });
    },
  );
});
