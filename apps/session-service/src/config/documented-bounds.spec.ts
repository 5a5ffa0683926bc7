import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { describe, expect, it } from 'vitest';
import { Environment } from './environment.js';
import { ConfigError, validateEnvironment } from './validate-environment.js';

const DOCUMENT = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
const ROWS = [...DOCUMENT.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (\d+) \| .*\|$/gm)].map(
  ([, variable = '', smallest = '', largest = '']) => ({ variable, smallest, largest }),
);

/** Other variables with which the tested variable is validated and does not conflict. */
const OTHERS = {
  AGNO_PG_DSN: 'postgresql://ai@db/ai',
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_TRACES_SAMPLER: 'traceidratio',
};

/** The error about the variable with this value; undefined if it is accepted. */
function errorFor(variable: string, value: string | number): string | undefined {
  const poolSize = variable === 'AGNO_SERVICE_WORKERS' ? { AGNO_POOL_SIZE: '1000' } : {};
  try {
    validateEnvironment({ ...OTHERS, ...poolSize, [variable]: String(value) });
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.errors.find((line) => line.startsWith(`${variable} must be a `));
  }
}

describe('the bounds in docs/configuration.md', () => {
  it.each(ROWS)(
    'are enforced for $variable, which accepts $smallest and $largest but neither one less nor one more',
    ({ variable, smallest, largest }) => {
      expect(errorFor(variable, smallest)).toBeUndefined();
      expect(errorFor(variable, largest)).toBeUndefined();
      expect(errorFor(variable, Number(smallest) - 1)).toContain(variable);
      expect(errorFor(variable, Number(largest) + 1)).toContain(variable);
    },
  );

  it('list every variable that is a number', () => {
    const names = Object.keys(plainToInstance(Environment, OTHERS, { exposeDefaultValues: true }));
    // Only variables that are numbers are rejected with this error.
    const numeric = names.filter((name) => /must be a (whole )?number/.test(errorFor(name, 'x') ?? ''));
    expect(ROWS.map(({ variable }) => variable).sort()).toEqual(numeric.sort());
  });
});
