import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Creates a self-signed certificate in PostgreSQL's data folder. */
export function makeCertificate(folder: string): void {
  const [key, certificate] = ['server.key', 'server.crt'].map((name) => join(folder, name));
  const files = ['-keyout', String(key), '-out', String(certificate)];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', ...files], {
    stdio: 'ignore',
  });
  for (const file of [key, certificate]) execFileSync('chown', [`--reference=${folder}`, String(file)]);
}
