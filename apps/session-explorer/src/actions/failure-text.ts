import { SessionApiError, SessionConnectionError } from '@session-service/session-client';
import { detailWithId } from '../components/problem-message';

/** Why a request of the user has failed, and what to do. @param isChange false: it only reads */
export function failureText(error: Error, isChange = true): string {
  if (error instanceof SessionConnectionError) {
    return isChange
      ? 'The service cannot be reached, or the connection broke: the change may have been made or not. Load the list again to see.'
      : 'The service cannot be reached. Check the network and try again.';
  }
  if (!(error instanceof SessionApiError)) return error.message;
  const { status, detail } = error;
  switch (status) {
    case 401:
      return 'Your token is not valid any more. Sign out and sign in with a current one.';
    case 403:
      return `Your token may not do this: ${detail}`;
    case 404:
      return 'The session does not exist any more, or belongs to another user.';
    case 412:
      return 'Others are changing this session right now. Try again.';
    case 503:
    case 504:
      return 'The database is not available. Try again in a moment.';
    default:
      return detailWithId(error);
  }
}
