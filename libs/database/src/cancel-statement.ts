import type { PoolClient, PoolOptions } from 'pg';
import { MessageConnection } from './message-connection.js';
import { type CancelKey, cancelKeyOf, destroyConnection } from './pg-internals.js';

/** How long the server may take to hear of a cancel and to end the statement before the connection itself is cut, in milliseconds. */
const CANCEL_TIMEOUT_MS = 2_000;

/**
 * Ends what `client` runs at this moment: by the protocol's cancel over a second connection, which a server takes that
 * has no connection to give, and a pooler hands on (pg itself only stops listening); or by cutting the connection when
 * the server cannot be told or the connection does not tell of the end, because the network has forgotten it. Resolves
 * when it is done, to whether the connection is still sound; never rejects.
 *
 * @param work what runs on the connection
 */
export async function cancelStatement(
  client: PoolClient,
  options: PoolOptions,
  work: Promise<unknown>,
): Promise<boolean> {
  let isSound = true;
  const cut = () => {
    isSound = false;
    destroyConnection(client);
  };
  const outOfPatience = setTimeout(cut, CANCEL_TIMEOUT_MS);
  const isSent = await sendCancel(cancelKeyOf(client), options);
  if (!isSent) cut();
  await work.catch(() => undefined);
  clearTimeout(outOfPatience);
  return isSound;
}

/** Whether the server has heard the cancel: it closes the connection then, when it has told the process that works. */
function sendCancel({ processID, secretKey }: CancelKey, options: PoolOptions): Promise<boolean> {
  const { host = 'localhost', port = 5432, ssl, sslnegotiation = 'postgres' } = options;
  const messenger = new MessageConnection({ ssl, sslNegotiation: sslnegotiation });
  return new Promise((resolve) => {
    const end = (isSent: boolean) => {
      clearTimeout(outOfPatience);
      messenger.stream.destroy();
      resolve(isSent);
    };
    const outOfPatience = setTimeout(end, CANCEL_TIMEOUT_MS, false);
    const cancel = () => messenger.cancel(processID, secretKey);
    messenger.on('connect', () => {
      if (!ssl) cancel();
      else if (sslnegotiation !== 'direct') messenger.requestSsl();
    });
    messenger.on('sslconnect', cancel);
    messenger.on('error', () => end(false));
    messenger.on('end', () => end(true));
    if (host.startsWith('/')) messenger.connect(`${host}/.s.PGSQL.${port}`);
    else messenger.connect(port, host);
  });
}
