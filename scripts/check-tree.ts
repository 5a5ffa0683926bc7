/**
 * Checks the conventions of CONTRIBUTING.md that the linter cannot check: length of source files, unique file names, files
 * that the docs name, commit subjects. `npm run lint` runs all checks; `--message FILE` checks a commit message for `scripts/hooks/commit-msg`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDERS = ['apps', 'libs', 'test', 'bench', 'scripts'];
const SOURCE = /\.(tsx?|js|mjs|py|sh|lua|css)$/;
/** The name or path of a source file in Markdown. Placeholders such as `ROUTE.cases.ts` have capitals. */
const NAMED_FILE = /`([a-z0-9_./-]+\.(?:tsx?|js|mjs|py|sh|lua|css))`/g;
const DOCS = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs', 'docs/adr'];
const MAX_LINES = 400;
const MAX_SUBJECT_LENGTH = 72;
const SUBJECT = /^[a-z][a-z0-9-]*: \S.*[^.\s]$/;
/** File names that may occur in several folders. */
const REPEATABLE = /^index\.ts$|\.spec\.ts$/;
/** Files of any length: nobody reads or edits them. */
const GENERATED = /\.generated\.ts$/;
/** Subjects that git writes: fixup commits, whose subject disappears at the next rebase, and merge commits. */
const TEMPORARY = /^(fixup|squash|amend)! |^Merge /;
/** Dependabot's subjects contain package names of any length. */
const UNCHECKED_AUTHORS = ['dependabot[bot]'];

const [option, path] = process.argv.slice(2);
const problems =
  option === '--message' ? checkMessage(path ?? '') : [...checkFiles(), ...checkDocs(), ...checkHistory()];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

/** Paths of all source files. */
function sourceFiles(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  ).filter((file) => SOURCE.test(file));
}

function checkFiles(): string[] {
  const files = sourceFiles();
  const long = files.flatMap((file) => {
    if (GENERATED.test(file)) return [];
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1;
    return lines > MAX_LINES ? [`${file}: ${lines} lines, at most ${MAX_LINES} are allowed`] : [];
  });
  const byName = Map.groupBy(files, (file) => basename(file));
  const repeated = [...byName].flatMap(([name, paths]) =>
    paths.length > 1 && !REPEATABLE.test(name) ? [`${name}: file name used more than once: ${paths.join(', ')}`] : [],
  );
  return [...long, ...repeated];
}

/** A reader of the docs must find the files that they name. */
function checkDocs(): string[] {
  const files = sourceFiles();
  const pages = DOCS.flatMap((path) =>
    path.endsWith('.md') ? [path] : readdirSync(join(ROOT, path)).map((file) => `${path}/${file}`),
  ).filter((path) => path.endsWith('.md'));
  return pages.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(NAMED_FILE)].flatMap(([, name = '']) =>
      files.some((file) => `/${file}`.endsWith(`/${name}`)) || existsSync(join(ROOT, name))
        ? []
        : [`${page}: there is no file ${name}`],
    ),
  );
}

/** Checks the commits after the one that added this file, as far as the clone has them; an archive has no commits. */
function checkHistory(): string[] {
  const added = git('log', '--diff-filter=A', '--format=%H', '--', 'scripts/check-tree.ts');
  const first = added.trim().split('\n').at(-1);
  if (!first) return [];
  const commits = git('log', '--no-merges', '--format=%h%x09%an%x09%s', `${first}..HEAD`).split('\n').filter(Boolean);
  return commits.flatMap((commit) => {
    const [hash, author = '', subject = ''] = commit.split('\t');
    return UNCHECKED_AUTHORS.includes(author) ? [] : checkSubject(subject).map((problem) => `${hash}: ${problem}`);
  });
}

function checkMessage(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const subject = lines.find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
  return TEMPORARY.test(subject) ? [] : checkSubject(subject);
}

function checkSubject(subject: string): string[] {
  const problems: string[] = [];
  if (subject.length > MAX_SUBJECT_LENGTH) {
    problems.push(`${subject.length} characters, at most ${MAX_SUBJECT_LENGTH} are allowed: "${subject}"`);
  }
  if (!SUBJECT.test(subject)) problems.push(`not of the form "area: summary", without a full stop: "${subject}"`);
  return problems;
}

/** The output of git; empty outside of a repository, without git, or if git rejects the owner of the folder. */
function git(...args: string[]): string {
  try {
    return execFileSync('git', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 26,
    });
  } catch {
    return '';
  }
}
