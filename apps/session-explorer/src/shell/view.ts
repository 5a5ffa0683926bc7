import { useMemo } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';

/** What the page shows. All of it is in the query string, so that a view can be shared; tokens and messages never are. */
export interface View {
  /** Id of the database; undefined: the default one. */
  readonly database: string | undefined;
  readonly filters: Filters;
  readonly sort: 'created_at' | 'updated_at';
  /** Id of the open session. */
  readonly session: string | undefined;
  /** Id of the run that is shown in the details, or to which the conversation scrolls. */
  readonly run: string | undefined;
  /** Id of the message to which the conversation scrolls. */
  readonly message: string | undefined;
  readonly pane: Pane | undefined;
  /** Length of the period of the overview in days; undefined: the overview is closed. */
  readonly overview: OverviewDays | undefined;
}

/** The periods of the overview. */
export const OVERVIEW_DAYS = [7, 30, 90] as const;
export type OverviewDays = (typeof OVERVIEW_DAYS)[number];

export const DEFAULT_OVERVIEW_DAYS: OverviewDays = 30;

/** What the details show. */
export type Pane = 'runs' | 'session' | 'raw';

/** Filters of the list of sessions. Empty strings and lists: no condition. */
export interface Filters {
  readonly type: string;
  readonly component: string;
  readonly user: string;
  readonly name: string;
  /** Dates as `2026-11-30`, in the time zone of the browser, both inclusive. */
  readonly from: string;
  readonly to: string;
  /** `key=value` of the metadata, all of which apply. */
  readonly metadata: readonly string[];
}

export const NO_FILTERS: Filters = { type: '', component: '', user: '', name: '', from: '', to: '', metadata: [] };

const PANES: readonly string[] = ['runs', 'session', 'raw'] satisfies Pane[];

/** The view of a query string. Unknown parameters and values are ignored. */
export function parseView(parameters: URLSearchParams): View {
  const text = (name: string) => parameters.get(name) ?? '';
  const pane = text('pane');
  return {
    database: parameters.get('db') ?? undefined,
    filters: {
      type: text('type'),
      component: text('component'),
      user: text('user'),
      name: text('name'),
      from: text('from'),
      to: text('to'),
      metadata: parameters.getAll('metadata'),
    },
    sort: text('sort') === 'updated_at' ? 'updated_at' : 'created_at',
    session: parameters.get('session') ?? undefined,
    run: parameters.get('run') ?? undefined,
    message: parameters.get('message') ?? undefined,
    pane: PANES.includes(pane) ? (pane as Pane) : undefined,
    overview: OVERVIEW_DAYS.find((days) => String(days) === text('overview')),
  };
}

/** The query string of a view, without what is empty. */
export function formatView(view: View): URLSearchParams {
  const { database, filters, sort, session, run, message, pane, overview } = view;
  const { metadata, ...texts } = filters;
  const parameters = new URLSearchParams();
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '') parameters.append(name, value);
  };
  add('db', database);
  for (const [name, value] of Object.entries(texts)) add(name, value);
  for (const condition of metadata) add('metadata', condition);
  if (sort !== 'created_at') add('sort', sort);
  add('session', session);
  add('run', run);
  add('message', message);
  add('pane', pane);
  add('overview', overview?.toString());
  return parameters;
}

/** Changes parts of the view. With `replace`, Back does not return to the present one. */
export type ChangeView = (change: Partial<View>, options?: { readonly replace?: boolean }) => void;

/** The view of the current URL, and a function that changes it. */
export function useView(): [View, ChangeView] {
  // `useSearchParams` of wouter decodes the query twice, which changes ids that contain `%`.
  const search = useSearch();
  return [useMemo(() => parseView(new URLSearchParams(search)), [search]), changeView];
}

const changeView: ChangeView = (change, options) => {
  const current = parseView(new URLSearchParams(location.search));
  navigate(hrefOf({ ...current, ...change }), options);
};

/** The URL of a view, for links that can be opened in another tab. */
export function hrefOf(view: View): string {
  return `?${formatView(view)}`;
}
