import { parseArgs } from 'node:util';
import { PROXIES, type ProxyName } from '../../gateway/gateway-process.js';
import { LAYOUTS, type Layout, ROUTES, type Route } from './contract-case.js';

/** Selects the cases to run and the server to test. */
export interface SuiteOptions {
  readonly layouts: readonly Layout[];
  readonly routes: readonly Route[];
  /** Part of the names of the cases to run; '' for all cases. */
  readonly only: string;
  /** The server to test: `oracle` replaces our service by a second AgentOS to check the suite itself. */
  readonly against: 'service' | 'oracle';
  /** Send the requests to our service through this proxy, which sends all other routes to the live AgentOS. */
  readonly behind: ProxyName | undefined;
  /** Compare with the recorded responses instead of a live AgentOS; needs no Python. */
  readonly recorded: boolean;
  /** Write the responses of a live AgentOS to `recorded/` instead of comparing. */
  readonly record: boolean;
  /** Also run authentication, the Python client and the database shared with Python. */
  readonly extras: boolean;
}

export const USAGE = `test/contract/run-contract-suite.ts [--layout v3,v2,v20,v22,mixed,several] [--route list,detail,…] [--only PART-OF-A-NAME]
  [--recorded | --record | --against oracle] [--behind nginx|haproxy|caddy] [--no-extras]`;

/** Reads the command line. Throws an Error with a readable message for anything unknown. */
export function readSuiteOptions(argv: string[]): SuiteOptions {
  const { values } = parseArgs({
    args: argv,
    options: {
      layout: { type: 'string', default: LAYOUTS.join(',') },
      route: { type: 'string', default: ROUTES.join(',') },
      only: { type: 'string', default: '' },
      against: { type: 'string', default: 'service' },
      behind: { type: 'string' },
      recorded: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      'no-extras': { type: 'boolean', default: false },
    },
  });
  const against = oneOf('--against', values.against, ['service', 'oracle'] as const);
  const behind = values.behind === undefined ? undefined : oneOf('--behind', values.behind, PROXIES);
  if (behind !== undefined && (values.recorded || values.record))
    throw new Error(`--behind needs a live AgentOS\n${USAGE}`);
  const narrowed = values.route !== ROUTES.join(',') || values.only !== '' || values.layout !== LAYOUTS.join(',');
  return {
    layouts: values.layout.split(',').map((name) => oneOf('--layout', name, LAYOUTS)),
    routes: values.route.split(',').map((name) => oneOf('--route', name, ROUTES)),
    only: values.only,
    against,
    behind,
    recorded: values.recorded,
    record: values.record,
    extras: !(values['no-extras'] || values.recorded || values.record || narrowed || against === 'oracle'),
  };
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value);
  if (found === undefined) throw new Error(`${option} ${value}: expected one of ${allowed.join(', ')}\n${USAGE}`);
  return found;
}
