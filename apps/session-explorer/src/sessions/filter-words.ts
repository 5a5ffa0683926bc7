import type { Filters } from '../shell/view';

/** One active filter in words, and the filters without it. */
export interface ActiveFilter {
  readonly key: string;
  readonly label: string;
  readonly without: Filters;
}

const WORDS: readonly (readonly [Exclude<keyof Filters, 'metadata'>, string])[] = [
  ['name', 'name contains'],
  ['type', 'type'],
  ['component', 'component'],
  ['user', 'user'],
  ['from', 'from'],
  ['to', 'until'],
];

/** The active filters in the order in which they are shown. */
export function activeFilters(filters: Filters): readonly ActiveFilter[] {
  const texts = WORDS.filter(([name]) => filters[name] !== '').map(([name, words]) => ({
    key: name,
    label: `${words} ${filters[name]}`,
    without: { ...filters, [name]: '' },
  }));
  const metadata = filters.metadata.map((condition, index) => ({
    key: `metadata ${condition}`,
    label: condition,
    without: { ...filters, metadata: filters.metadata.toSpliced(index, 1) },
  }));
  return [...texts, ...metadata];
}
