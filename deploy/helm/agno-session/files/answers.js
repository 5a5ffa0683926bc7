// `helm test`: asks the service at the URL given for what must answer after an installation.
const expected = [
  ['/livez', [200]],
  ['/readyz', [200]],
  // 401 is the right answer to nobody in particular, where callers must say who they are.
  ['/sessions?limit=1', [200, 401]],
];

async function main(baseUrl) {
  for (const [path, statuses] of expected) {
    const reply = await fetch(baseUrl + path, { signal: AbortSignal.timeout(10_000) });
    console.log(`${reply.status} ${path}`);
    if (!statuses.includes(reply.status)) process.exitCode = 1;
  }
}

main(process.argv[1]);
