import { describe, expect, it } from 'vitest';
import type { Verdict } from '../compare-responses.js';
import { LIMITS } from '../mirror-limits.js';
import { SecretRedactor } from './findings.js';
import { createReport, formatSummary } from './mirror-report.js';
import { renderReportPage } from './report-page.js';
import { Tally } from './tally.js';

const ATTACK = `</code><script>alert(1)</script><img src=x onerror='a'>"&`;
const TOKEN = 'ey.secret.token';
const milliseconds = { python: 9, ours: 2 };
const head = { python: new URL('http://py:7777/'), ours: new URL('http://ours:8080'), allowed: 0, hasValues: true };

function differing(expected: string, actual: string, path = '$.a'): Verdict {
  return { kind: 'different', differences: [{ path, expected, actual }] };
}

function tallied(verdicts: readonly Verdict[], target = '/sessions', headers = {}, hasValues = true): Tally {
  const tally = new Tally(new SecretRedactor({}), hasValues);
  for (const verdict of verdicts) tally.add({ request: { method: 'GET', target, headers }, verdict, milliseconds });
  return tally;
}

describe('createReport', () => {
  it('groups differences whose paths differ only in array indexes', () => {
    const verdicts = [
      differing('1', '2', '$.data[0].a'),
      differing('3', '4', '$.data[17].a'),
      differing('5', '6', '$.b'),
    ];
    const { findings, outcome } = createReport(tallied(verdicts), head);
    expect(findings.map(({ place, count }) => [place, count])).toEqual([
      ['$.data[*].a', 2],
      ['$.b', 1],
    ]);
    expect(outcome).toBe('different');
  });

  it('limits the number of groups of differences and the length of values', () => {
    const long = 'x'.repeat(10_000);
    const many = Array.from({ length: 10_000 }, (_, index) => differing(long, long, `$.${index % 500}`));
    const report = createReport(tallied(many), head);
    expect(report.findings).toHaveLength(LIMITS.maxFindingGroups);
    expect(report.ungrouped).toBe(8_000);
    expect(JSON.stringify(report).length).toBeLessThan(400_000);
  });

  it('returns the outcome incomparable when no pair could be compared', () => {
    const fails: Verdict = { kind: 'bothFail', differences: [] };
    expect(createReport(tallied([fails]), head).outcome).toBe('incomparable');
    expect(createReport(tallied([]), head).outcome).toBe('incomparable');
  });

  it('reports a difference when one side did not respond', () => {
    const error: Verdict = { kind: 'error', side: 'ours', reason: 'timeout' };
    expect(createReport(tallied([{ kind: 'equal' }, error]), head).outcome).toBe('different');
  });
});

describe('renderReportPage', () => {
  const evil = tallied([differing(ATTACK, ATTACK, `$.${ATTACK}`)], `/sessions?${ATTACK}`);

  it('escapes all text of responses and requests', () => {
    const page = renderReportPage(createReport(evil, head));
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;a&#39;&gt;&quot;&amp;');
    expect(page).not.toMatch(/<script|<img|onerror='/);
  });

  it('loads no external resources', () =>
    expect(renderReportPage(createReport(evil, head))).not.toMatch(/\b(src|href)="|url\(|@import/));

  it('prints no NaN, undefined or Infinity for a report without data', () => {
    for (const tally of [tallied([]), tallied([{ kind: 'equal' }])])
      expect(renderReportPage(createReport(tally, head))).not.toMatch(/NaN|undefined|Infinity/);
  });
});

it('formatSummary escapes terminal control characters of responses', () => {
  const summary = formatSummary(createReport(tallied([differing('"\x1b[2J\x9b"', '1')]), head));
  expect(summary).toContain('\\u001b[2J\\u009b');
});

describe('SecretRedactor', () => {
  it('hides the secrets of a request everywhere in the report', () => {
    const headers = { authorization: `Bearer ${TOKEN}`, cookie: `theme=dark; access_token=${TOKEN}2`, accept: 'a/b' };
    const verdicts = [differing(`"${TOKEN}"`, `"x Bearer ${TOKEN} ${TOKEN}2"`, `$.${TOKEN}`)];
    const report = createReport(tallied(verdicts, `/sessions/${TOKEN}?token=qqq1&limit=5&api_key=qqq2`, headers), head);
    const text = JSON.stringify(report) + renderReportPage(report) + formatSummary(report);
    expect(text).not.toMatch(/ey\.secret|qqq/);
    expect(text).toContain('limit=5');
  });

  it('hides secrets that are sent with every request', () => {
    const hide = new SecretRedactor({ 'x-api-key': 'a-common-key' }).redactorFor({});
    expect(hide('a-common-key, /sessions?limit=1')).toBe('«hidden», /sessions?limit=1');
  });
});

it('createReport shows types instead of values when values are hidden', () => {
  const verdict: Verdict = {
    kind: 'different',
    differences: [
      { path: 'status', expected: '200', actual: '404' },
      { path: '$.a', expected: '{"who":"ann"}', actual: '(nothing)' },
      { path: '$.b', expected: '12', actual: '"ann"' },
    ],
  };
  const tally = tallied([verdict], '/sessions/ann/runs?user_id=ann&status', {}, false);
  const [example] = createReport(tally, { ...head, hasValues: false }).findings[0]?.examples ?? [];
  expect(example).toEqual({
    method: 'GET',
    target: '/sessions/{session_id}/runs?user_id=…&status',
    differences: [
      { path: 'status', expected: '200', actual: '404' },
      { path: '$.a', expected: 'object', actual: '(nothing)' },
      { path: '$.b', expected: 'number', actual: 'text' },
    ],
    more: 0,
  });
});
