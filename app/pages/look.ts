import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const mostBytes = 20_000
/** Where to put a picture of each page in each state, for people to look at. */
const pictures = process.env['PICTURES']
/** A small phone, a desktop at 200 % zoom, a desktop. */
const widths = [320, 640, 1280]

export interface Looked {
  script: boolean
  /** Bytes of what a page loads from this path, before any compression. */
  sizeOf: (path: string) => Promise<number>
}

/** Holds a page as it is now to what holds for every page: weight, width, and what axe-core finds, light and dark. */
export async function lookAt(page: Page, name: string, { script, sizeOf }: Looked): Promise<void> {
  expect(await weightOf(page, sizeOf), `${name}: bytes`).toBeLessThan(mostBytes)
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    await picture(page, `${name}-${width}`)
    if (!script) continue
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `${name} at ${width} px`).toBe(
      width,
    )
    if (width !== 640) expect(await violations(page), `${name} at ${width} px`).toEqual([])
  }
  if (!script) return
  await page.emulateMedia({ colorScheme: 'dark' })
  await picture(page, `${name}-dark`)
  expect(await violations(page), `${name}, dark`).toEqual([])
  await page.emulateMedia({ colorScheme: 'light' })
}

/** What axe-core finds wrong with a page: rule, element, and why. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async (values) => {
    interface Found {
      violations: { id: string; nodes: { target: string[]; failureSummary?: string }[] }[]
    }
    interface Axe {
      run: (context: Document, options: object) => Promise<Found>
    }
    const found = await (globalThis as unknown as { axe: Axe }).axe.run(document, { runOnly: values })
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    )
  }, tags)
}

async function weightOf(page: Page, sizeOf: Looked['sizeOf']): Promise<number> {
  const html = await page.content()
  const paths = [...html.matchAll(/(?:href|src)="(\/[^"]+\.(?:css|js|svg))"/g)].map(([, path]) => path ?? '')
  const sizes = await Promise.all(paths.map(sizeOf))
  return sizes.reduce((sum, size) => sum + size, Buffer.byteLength(html))
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
}
