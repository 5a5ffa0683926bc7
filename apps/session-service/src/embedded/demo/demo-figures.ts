import type { DemoRandom } from './demo-random.js';

/** Words for a question about numbers by some dimension: the rows, the first, the last and the total agree. */
export function figures(values: readonly string[], random: DemoRandom): [name: string, value: string][] {
  const scale = random.pick([90, 1_400, 26_000]);
  const rows = values
    .map((value) => ({ value, number: Math.round(scale * random.between(0.1, 3)) }))
    .sort((left, right) => right.number - left.number);
  const total = rows.reduce((sum, row) => sum + row.number, 0);
  const share = (number: number) => ((100 * number) / total).toFixed(1);
  const [top, bottom] = [rows[0], rows.at(-1)];
  return [
    ['csv', ['value,total', ...rows.map(({ value, number }) => `${value},${number}`)].join('\n')],
    ['rows', JSON.stringify(rows.map(({ value, number }) => [value, number]))],
    [
      'table',
      table(
        'total',
        rows.map(({ value, number }) => [value, thousands(number)]),
      ),
    ],
    [
      'shares',
      table(
        'share',
        rows.map(({ value, number }) => [value, `${share(number)} %`]),
      ),
    ],
    ['top', top?.value ?? ''],
    ['topValue', thousands(top?.number ?? 0)],
    ['topShare', share(top?.number ?? 0)],
    ['bottom', bottom?.value ?? ''],
    ['bottomValue', thousands(bottom?.number ?? 0)],
    ['total', thousands(total)],
  ];
}

function table(heading: string, rows: readonly (readonly [string, string])[]): string {
  return [`| | ${heading} |`, '|---|---:|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

function thousands(number: number): string {
  return number.toLocaleString('en-US');
}
