import pg from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { verifyPgInternals } from './pg-internals.js';

describe('verifyPgInternals', () => {
  it('accepts the installed pg', () => {
    expect(verifyPgInternals).not.toThrow();
  });

  it('throws an error that names a changed member of pg', () => {
    const prototype = pg.Connection.prototype as unknown as { attachListeners(): void };
    const changed = vi.spyOn(prototype, 'attachListeners').mockImplementation(() => undefined);
    onTestFinished(() => changed.mockRestore());
    expect(verifyPgInternals).toThrow(
      'This version of pg or TypeORM cannot be used: Connection.attachListeners has changed, see pg-internals.ts',
    );
  });
});
