import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../support/session-service.js';

const FOLDER = join(CHECKOUT, 'deploy/prometheus');
const HAS_PROMTOOL = spawnSync('promtool', ['--version']).status === 0;

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
}
interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts?: readonly unknown[] }[];
  }[];
}

function read<T>(file: string): T {
  return parse(readFileSync(join(FOLDER, file), 'utf8')) as T;
}

describe('alert rules', () => {
  it.skipIf(!HAS_PROMTOOL).each([
    ['accepted by promtool', ['check', 'rules', 'alerts.yml']],
    ['fired only under the conditions in alerts.test.yml', ['test', 'rules', 'alerts.test.yml']],
  ])('are %s', (_, args) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: FOLDER, encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
  });

  it('each have a test in which they fire and a test in which they do not', () => {
    const alerts = read<Rules>('alerts.yml').groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    const cases = read<RuleTests>('alerts.test.yml').tests.flatMap((test) => test.alert_rule_test);
    const namesOf = (isFiring: boolean) =>
      new Set(
        cases.flatMap(({ alertname, exp_alerts }) => ((exp_alerts !== undefined) === isFiring ? [alertname] : [])),
      );
    expect(namesOf(true)).toEqual(new Set(alerts));
    expect(namesOf(false)).toEqual(new Set(alerts));
  });
});
