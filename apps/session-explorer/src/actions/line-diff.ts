/** A line of two texts: of both, or of one. */
export interface DiffLine {
  readonly kind: 'both' | 'old' | 'new';
  readonly text: string;
}

/** Longer texts are not compared line by line: time and memory grow with the product of their lengths. */
const MAX_PRODUCT = 4_000_000;

/**
 * The lines of two formatted JSON texts, in which equal ones are found by a longest common subsequence. A comma at the end of a line
 * makes no difference: it only tells that another member follows.
 */
export function diffLines(oldText: string, newText: string): readonly DiffLine[] {
  const oldLines = oldText.split('\n');
  const newLines = newText.split('\n');
  let start = 0;
  while (start < Math.min(oldLines.length, newLines.length) && isSame(oldLines[start], newLines[start])) start++;
  let end = 0;
  const shortest = Math.min(oldLines.length, newLines.length) - start;
  while (end < shortest && isSame(oldLines.at(-1 - end), newLines.at(-1 - end))) end++;
  const both = (text: string): DiffLine => ({ kind: 'both', text });
  return [
    ...oldLines.slice(0, start).map(both),
    ...diffMiddle(oldLines.slice(start, oldLines.length - end), newLines.slice(start, newLines.length - end)),
    ...oldLines.slice(oldLines.length - end).map(both),
  ];
}

function diffMiddle(oldLines: readonly string[], newLines: readonly string[]): DiffLine[] {
  const isTooLong = oldLines.length * newLines.length > MAX_PRODUCT;
  const lengths = isTooLong ? [] : commonLengths(oldLines.map(withoutComma), newLines.map(withoutComma));
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < oldLines.length || j < newLines.length) {
    const [oldLine, newLine] = [oldLines[i], newLines[j]];
    if (!isTooLong && oldLine !== undefined && isSame(oldLine, newLine)) {
      lines.push({ kind: 'both', text: oldLine });
      i++;
      j++;
    } else if (
      oldLine !== undefined &&
      (newLine === undefined || isTooLong || (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))
    ) {
      lines.push({ kind: 'old', text: oldLine });
      i++;
    } else if (newLine !== undefined) {
      lines.push({ kind: 'new', text: newLine });
      j++;
    }
  }
  return lines;
}

/** At [i][j]: how many lines the rests of the texts from there on have in common. */
function commonLengths(oldLines: readonly string[], newLines: readonly string[]): readonly Uint32Array[] {
  const rows = Array.from({ length: oldLines.length + 1 }, () => new Uint32Array(newLines.length + 1));
  for (let i = oldLines.length - 1; i >= 0; i--) {
    const [row, below] = [rows[i], rows[i + 1]];
    if (row === undefined || below === undefined) continue;
    for (let j = newLines.length - 1; j >= 0; j--) {
      row[j] = oldLines[i] === newLines[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return rows;
}

function isSame(oldLine: string | undefined, newLine: string | undefined): boolean {
  return oldLine !== undefined && newLine !== undefined && withoutComma(oldLine) === withoutComma(newLine);
}

function withoutComma(line: string): string {
  return line.endsWith(',') ? line.slice(0, -1) : line;
}
