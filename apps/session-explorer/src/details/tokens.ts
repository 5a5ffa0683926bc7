import { numberOf, type StoredObject } from '../api/stored-values';
import { formatNumber } from '../components/number-format';

/** For example `1,422 in, 110 out, 1,532 in all`. Further kinds, such as cached tokens, are among the metrics. */
export function tokensOf(metrics: StoredObject): string | undefined {
  const parts = [
    ['input_tokens', 'in'],
    ['output_tokens', 'out'],
    ['total_tokens', 'in all'],
  ].flatMap(([name = '', label]) => {
    const count = numberOf(metrics[name]);
    return count === undefined ? [] : [`${formatNumber(count)} ${label}`];
  });
  return parts.length === 0 ? undefined : parts.join(', ');
}
