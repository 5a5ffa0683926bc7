import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly target: unknown }[] }[];
}

/** Checks the page as it is now with axe-core: https://github.com/dequelabs/axe-core. Themes differ in their colours only. */
export async function expectAccessible(page: Page): Promise<void> {
  // Evaluated by the debugger, to which the content security policy does not apply.
  await page.evaluate(AXE);
  const checks = { light: 'axe.run()', dark: "axe.run({ runOnly: ['color-contrast'] })" };
  for (const [colorScheme, check] of Object.entries(checks)) {
    await page.emulateMedia({ colorScheme: colorScheme as 'light' | 'dark', reducedMotion: 'reduce' });
    const { violations } = await page.evaluate<AxeResult>(check);
    const found = violations.map(({ id, nodes }) => `${colorScheme}: ${id} at ${JSON.stringify(nodes[0]?.target)}`);
    expect(found).toEqual([]);
  }
}
