// `helm test`: requests the probes and a list from the service at the given URL.
const expected = [
  ['/livez', [200]],
  ['/readyz', [200]],
  // 401: the service requires authentication, and this test has no token.
  ['/sessions?limit=1', [200, 401]],
];

async function main(baseUrl) {
  for (const [path, statuses] of expected) {
    const response = await fetch(baseUrl + path, { signal: AbortSignal.timeout(10_000) });
    console.log(`${response.status} ${path}`);
    if (!statuses.includes(response.status)) process.exitCode = 1;
  }
}

main(process.argv[1]);
