import { spawnSync } from 'node:child_process';
import { type ServerProcess, startServer } from '../../support/child-process.js';
import { freePort } from '../../support/ports.js';

interface RunConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly WorkingDir: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly Healthcheck: { readonly Test: readonly string[] };
}
interface Image {
  readonly OCIv1: { readonly rootfs: { readonly diff_ids: readonly string[] } };
  readonly Docker: { readonly config: RunConfig };
}

export const FIRST_BUILD = imageOf('IMAGE_FIRST');
export const SECOND_BUILD = imageOf('IMAGE_SECOND');

/** The folder where `image-test.sh` has mounted the first of the two images. */
export const IMAGE_ROOT = variable('IMAGE_ROOT');

export const RUN_CONFIG: RunConfig = FIRST_BUILD.Docker.config;

/** Shell arguments that isolate a command like a read-only container: mounts, root folder, working folder and user. */
const ISOLATED = [
  '-ec',
  `mount --bind "$0" "$0"
   mkdir -p "$0/proc"
   mount --rbind /proc "$0/proc"
   mount -o remount,bind,ro "$0"
   export PATH="$IMAGE_PATH"
   exec /usr/bin/unshare --root "$0" --wd "${RUN_CONFIG.WorkingDir}" --setgid "\${IMAGE_USER#*:}" --setuid "\${IMAGE_USER%:*}" "$@"`,
  IMAGE_ROOT,
] as const;

const UNSHARE = '/usr/bin/unshare';

/** Runs an isolated command inside the image to its end. */
export function runInContainer(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(UNSHARE, ['--mount', '/bin/sh', ...ISOLATED, ...command], {
    env: { ...imageEnv(), ...env },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** Starts the image's entry point, isolated like a read-only container. */
export async function startInContainer(
  env: Readonly<Record<string, string>>,
): Promise<ServerProcess & { port: number }> {
  const port = await freePort();
  const server = await startServer({
    command: UNSHARE,
    args: ['--mount', '/bin/sh', ...ISOLATED, ...RUN_CONFIG.Entrypoint, ...RUN_CONFIG.Cmd],
    env: { ...imageEnv(), AGNO_SERVICE_HOST: '127.0.0.1', AGNO_SERVICE_PORT: String(port), ...env },
    port,
    readyPath: '/healthz',
  });
  return { ...server, port };
}

/** The image's environment. PATH is renamed, because the shell that isolates the command needs this machine's PATH. */
function imageEnv(): Record<string, string> {
  const { PATH: path = '', ...env } = Object.fromEntries(RUN_CONFIG.Env.map((pair) => pair.split(/=(.*)/s, 2)));
  return { ...env, PATH: '/usr/bin:/bin', IMAGE_PATH: path, IMAGE_USER: RUN_CONFIG.User };
}

function imageOf(name: string): Image {
  return JSON.parse(variable(name)) as Image;
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run make image-test`);
  return value;
}
