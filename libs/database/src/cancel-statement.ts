import type { PoolClient, PoolOptions } from 'pg';
import { MessageConnection } from './message-connection.js';
import { type CancelKey, cancelKeyOf, destroyConnection } from './pg-internals.js';

/** Time limit in milliseconds for sending the cancel request, and for the cancelled statement to end. */
const CANCEL_TIMEOUT_MS = 2_000;

/**
 * Cancels the statement that runs on `client`, with a cancel request over a second connection; pg has no function for
 * it. A server without free connection slots still accepts the request, and a pooler forwards it. If the request fails
 * or the statement does not end in time, destroys the connection of `client`. Never rejects.
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

/** Resolves to true when the server has closed the connection, which it does after signalling the process to cancel. */
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
