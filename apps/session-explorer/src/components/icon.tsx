const PATHS = {
  back: 'M10 3 5 8l5 5',
  cancelled: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM4.2 4.2l7.6 7.6',
  check: 'm3 8.5 3 3 7-7.5',
  chevron: 'm6 3 5 5-5 5',
  clock: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM8 5v3l2 1.5',
  close: 'm4 4 8 8m0-8-8 8',
  code: 'M5.5 4 2 8l3.5 4m5-8L14 8l-3.5 4',
  copy: 'M6 6h7v7H6zM3 10V3h7',
  down: 'M8 3v10m-4-4 4 4 4-4',
  error: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM8 5v3.5m0 2.2v.1',
  external: 'M9 3h4v4m0-4L7 9M6 4H3v9h9v-3',
  filter: 'M2 4h12M4 8h8m-6 4h4',
  key: 'M9 7a3 3 0 1 0-2 2l5 4h2v-2zM5.5 5.5h.01',
  link: 'M6.5 9.5 9.5 6.5M7 4.5 8.5 3A3 3 0 0 1 13 7.5L11.5 9M9 11.5 7.5 13A3 3 0 0 1 3 8.5L4.5 7',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  panel: 'M2.5 3h11v10h-11zM10 3v10',
  pencil: 'M10.5 3 13 5.5 5.5 13 2.5 13.5 3 10.5zM9 4.5 11.5 7',
  pause: 'M5.5 3.5v9m5-9v9',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.5L13 6m0-3v3h-3',
  running: 'M8 2.5a5.5 5.5 0 1 0 5.5 5.5M6.5 5.8 10 8l-3.5 2.2z',
  search: 'M7 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm3 7 3.5 3.5',
  select: 'M2.5 2.5h11v11h-11zM5 8l2.2 2.2L11 6',
  theme: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11',
} as const;

/** Names of the icons. */
export type IconName = keyof typeof PATHS;

/** A small line drawing in the colour of the text. Hidden from screen readers: the control around it has a name. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor">
      <path d={PATHS[name]} strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
