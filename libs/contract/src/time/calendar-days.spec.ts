import { describe, expect, it } from 'vitest';
import { parseDay, printDay, TimeZone } from './calendar-days.js';

describe('parseDay', () => {
  it.each([
    ['1970-01-01', 0],
    ['2024-02-29', 19_782],
    ['9999-12-31', 2_932_896],
  ])('reads %s', (text, day) => {
    expect(parseDay(text)).toBe(day);
    expect(printDay(day)).toBe(text);
  });

  it.each(['2025-02-29', '2025-04-31', '1969-12-31', '2025-13-01', '2025-1-1', '20250101', '2025-01-01T00:00:00Z', ''])(
    'rejects %j',
    (text) => {
      expect(parseDay(text)).toBe(undefined);
    },
  );
});

describe('TimeZone', () => {
  const startOf = (zone: string, day: string) =>
    new Date((TimeZone.named(zone)?.startOf(parseDay(day) ?? Number.NaN) ?? Number.NaN) * 1000).toISOString();

  it.each([
    ['UTC', '2025-03-30', '2025-03-30T00:00:00.000Z'],
    ['Europe/Berlin', '2025-03-30', '2025-03-29T23:00:00.000Z'],
    ['Europe/Berlin', '2025-03-31', '2025-03-30T22:00:00.000Z'],
    ['Asia/Kathmandu', '2025-01-01', '2024-12-31T18:15:00.000Z'],
    ['Pacific/Kiritimati', '2025-01-01', '2024-12-31T10:00:00.000Z'],
    // Clocks skip the hour after midnight.
    ['Africa/Cairo', '2025-04-25', '2025-04-24T22:00:00.000Z'],
    // Clocks are set back from midnight to 23:00.
    ['America/Sao_Paulo', '2018-02-18', '2018-02-18T03:00:00.000Z'],
  ])('%s: %s starts at %s', (zone, day, start) => {
    expect(startOf(zone, day)).toBe(start);
  });

  it('starts a day that did not exist when the next day starts', () => {
    expect(startOf('Pacific/Apia', '2011-12-30')).toBe(startOf('Pacific/Apia', '2011-12-31'));
  });

  it('knows names in any spelling, but no offsets', () => {
    expect(TimeZone.named('europe/BERLIN')?.name).toBe('europe/BERLIN');
    for (const name of ['', '+01:00', '-0100', 'Mars/Olympus', 'Europe/Berlin ', 'Europe/Berlin\0'])
      expect(TimeZone.named(name), name).toBe(undefined);
  });
});
