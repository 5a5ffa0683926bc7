import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { call } from '../support/api.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { CHECKOUT, startSessionService } from '../support/session-service.js';

const DEPLOY = resolve(CHECKOUT, 'deploy');

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}
interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const rules = parse(readFileSync(resolve(DEPLOY, 'prometheus/alerts.yml'), 'utf8')) as Rules;
const dashboard = JSON.parse(readFileSync(resolve(DEPLOY, 'grafana/agno-session.json'), 'utf8')) as Dashboard;
const QUERIES: readonly (readonly [string, string])[] = [
  ...rules.groups.flatMap((group) => group.rules.map(({ alert, expr }) => [alert, expr] as const)),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

describe('the queries of alert rules and dashboard panels', () => {
  it('use only metrics that the service exports', async () => {
    const database = await createScratchDatabase();
    const service = await startSessionService({ AGNO_PG_DSN: database.dsn });
    try {
      await call(service.baseUrl, '/sessions');
      const { text } = await call(service.baseUrl, '/metrics');
      const exported = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
      const isExported = (name: string) => exported.has(name) || exported.has(name.replace(/_(bucket|count|sum)$/, ''));
      for (const [title, query] of QUERIES) {
        const names = namesIn(query);
        expect(names, title).not.toEqual([]);
        for (const name of names) expect(isExported(name), `${title}: ${name}`).toBe(true);
      }
    } finally {
      await service.stop();
    }
  });

  it.each(QUERIES)('are valid PromQL: %s', (_, query) => {
    const errors: number[] = [];
    parser.parse(withVariables(query)).iterate({
      enter: ({ type, from }) => {
        if (type.isError) errors.push(from);
      },
    });
    expect(errors).toEqual([]);
  });
});

/** The names of the metrics that a query reads. */
function namesIn(query: string): string[] {
  const text = withVariables(query);
  const names: string[] = [];
  parser.parse(text).iterate({
    enter: ({ name, node }) => {
      const identifier = name === 'VectorSelector' ? node.getChild('Identifier') : null;
      if (identifier !== null) names.push(text.slice(identifier.from, identifier.to));
    },
  });
  return names;
}

/** Replaces Grafana's variables by values. */
function withVariables(query: string): string {
  return query.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*');
}
