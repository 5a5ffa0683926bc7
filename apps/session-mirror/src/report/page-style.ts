/** The style of the report's page. */
export const PAGE_STYLE = `
:root { color-scheme: light; --ink: #1c2430; --quiet: #5d6878; --line: #dfe4ea; --soft: #f6f8fa; --python: #3b6fb6;
  --ours: #1a8a5a; --bad: #b3261e; --odd: #8a5a00; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 32px 28px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 6px; }
h2 { font-size: 18px; margin: 40px 0 12px; }
.quiet { color: var(--quiet); }
.banner { border-left: 6px solid var(--ours); padding: 4px 0 4px 18px; }
.banner.bad { border-color: var(--bad); }
.banner.odd { border-color: var(--odd); }
code, .value { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.figures { display: flex; flex-wrap: wrap; gap: 10px; margin: 24px 0 0; padding: 0; list-style: none; }
.figures li { flex: 1 1 140px; background: var(--soft); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
.figures b { display: block; font-size: 22px; line-height: 1.3; font-variant-numeric: tabular-nums; }
.figures span { color: var(--quiet); font-size: 13px; }
.figures .bad b { color: var(--bad); }
.figures .odd b { color: var(--odd); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 7px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--quiet); font-weight: 600; font-size: 13px; }
th:first-child, td:first-child { text-align: left; }
.over { text-align: center; border-bottom: 0; padding-bottom: 0; }
td.bad { color: var(--bad); font-weight: 600; }
td.odd { color: var(--odd); }
.zero { color: #b6bec8; }
svg { display: block; width: 100%; height: auto; margin: 8px 0 0; }
svg .grid { stroke: var(--line); }
svg .axis { stroke: #9aa5b1; }
svg rect.python { fill: var(--python); opacity: .5; }
svg rect.ours { fill: var(--ours); opacity: .5; }
svg .median { stroke-width: 1.5; stroke-dasharray: 3 3; }
svg .median.python { stroke: var(--python); }
svg .median.ours { stroke: var(--ours); }
svg text { font-size: 12px; fill: var(--quiet); }
svg .tick { text-anchor: middle; }
svg .label { font-weight: 600; paint-order: stroke; stroke: #fff; stroke-width: 3px; }
svg .label.python { fill: var(--python); }
svg .label.ours { fill: var(--ours); }
details { border: 1px solid var(--line); border-radius: 8px; margin: 10px 0; }
summary { cursor: pointer; padding: 10px 14px; display: flex; gap: 12px; align-items: baseline; flex-wrap: wrap; }
summary .count { font-weight: 700; min-width: 3.5em; text-align: right; font-variant-numeric: tabular-nums; }
summary .place { flex: 1; overflow-wrap: anywhere; }
.tag { font-size: 12px; border-radius: 10px; padding: 1px 9px; background: var(--soft); color: var(--quiet); white-space: nowrap; }
.tag.bad { background: #fbe9e7; color: var(--bad); }
.tag.odd { background: #fdf3dc; color: var(--odd); }
.example { border-top: 1px solid var(--line); padding: 12px 14px; }
.example > code { overflow-wrap: anywhere; font-weight: 600; }
.places { margin: 8px 0 0; display: grid; grid-template-columns: minmax(120px, auto) 1fr; gap: 2px 14px; }
.places .path { grid-column: 1 / -1; margin-top: 8px; overflow-wrap: anywhere; }
.places dt { color: var(--quiet); font-size: 13px; }
.places dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.python-side { color: var(--python); }
.ours-side { color: var(--ours); }
footer { margin-top: 48px; border-top: 1px solid var(--line); padding-top: 14px; color: var(--quiet); font-size: 13px; }
`;
