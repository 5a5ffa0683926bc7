export const USAGE = `Compares the answers of a Python AgentOS with those of the session service.

  session-mirror replay FILE… --python URL --ours URL [options]
  session-mirror proxy --listen [HOST:]PORT --python URL --ours URL [options]

replay asks both sides what FILE holds: an access log in JSON lines, in the common or combined format ("-" reads one
from standard input), or a browser's *.har. proxy passes everything on to Python, and copies GET and HEAD to ours.

  --python URL         the AgentOS that is right
  --ours URL           the session service
  --sample SHARE       ask only so many, by chance: 10% or 0.1
  --allow SHARE        so many may differ without exit code 1: 0.1%
  --json FILE          write the report as JSON
  --html FILE          write the report as a page
  --no-values          show paths and kinds of values only

replay only:
  --strip-prefix PATH  take a gateway's prefix off recorded paths: /api
  --rate N             requests a second to each side (50)
  --concurrency N      requests at once (4)
  --header-file FILE   headers for every request, a line each: "Authorization: Bearer …"; also from MIRROR_HEADERS
  --unsafe HOSTS       also replay writes, in order, from HAR files; only against a pair of servers to be thrown away,
                       whose hosts are named once more: python.test:7777,ours.test:8080

proxy only:
  --listen [HOST:]PORT where clients connect; HOST is 127.0.0.1 unless given

Exit codes: 0 all equal, 1 differences or missing answers, 2 could not run or nothing to compare.
docs/mirror.md says what counts as equal.
`;
