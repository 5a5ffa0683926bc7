import { useQuery } from '@tanstack/react-query';
import { fetchFromService, useService } from './client';

/**
 * The text of a response. JavaScript numbers could not hold all digits of its JSON.
 *
 * @param isChanging true: reads it again every few seconds
 */
export function useResponseText(path: string, isChanging = false) {
  const service = useService();
  return useQuery({
    queryKey: ['text', path],
    queryFn: async ({ signal }) => (await fetchFromService(service, path, signal)).text(),
    refetchInterval: isChanging ? 5_000 : false,
  });
}
