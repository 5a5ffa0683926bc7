import type { PoolClient, PoolOptions } from 'pg';
import { MessageConnection } from './message-connection.js';
import { type CancelKey, cancelKeyOf, destroyConnection } from './pg-internals.js';

/** Time limit for sending the cancel request, and for the statement to end, in milliseconds. */
const CANCEL_TIMEOUT_MS = 2_000;

/**
 * Ends the statement that runs on `client`, and never rejects. Sends a cancel request over a second connection, which a
 * full server accepts and a pooler forwards (pg itself only stops listening). If that fails, or the statement does not
 * end in time because the network has dropped the connection, destroys the connection.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 *
 * @param work settles when the statement has ended
 * @returns false when the connection was destroyed
 */
export async function cancelStatement(
  client: PoolClient,
  options: PoolOptions,
  work: Promise<unknown>,
): Promise<boolean> {
  let isSound = true;
  const destroy = () => {
    isSound = false;
    destroyConnection(client);
  };
  const timer = setTimeout(destroy, CANCEL_TIMEOUT_MS);
  const isSent = await sendCancel(cancelKeyOf(client), options);
  if (!isSent) destroy();
  await work.catch(() => undefined);
  clearTimeout(timer);
  return isSound;
}

/** Returns true when the server has received the request: it signals the other process, then closes the connection. */
function sendCancel({ processID, secretKey }: CancelKey, options: PoolOptions): Promise<boolean> {
  const { host = 'localhost', port = 5432, ssl, sslnegotiation = 'postgres' } = options;
  const connection = new MessageConnection({ ssl, sslNegotiation: sslnegotiation });
  return new Promise((resolve) => {
    const end = (isSent: boolean) => {
      clearTimeout(timer);
      connection.stream.destroy();
      resolve(isSent);
    };
    const timer = setTimeout(end, CANCEL_TIMEOUT_MS, false);
    const cancel = () => connection.cancel(processID, secretKey);
    connection.on('connect', () => {
      if (!ssl) cancel();
      else if (sslnegotiation !== 'direct') connection.requestSsl();
    });
    connection.on('sslconnect', cancel);
    connection.on('error', () => end(false));
    connection.on('end', () => end(true));
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}
