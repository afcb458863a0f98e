import { expect, test } from 'vitest'
import { progress } from './progress.mjs'
import { SetupError } from './setup-error.mjs'
import { stepLine } from './step-line.mjs'
import { duration } from './duration.mjs'

function screen({ isTTY = false } = {}) {
  const written: string[] = []
  return {
    isTTY,
    columns: 80,
    write(text: string) {
      written.push(text)
      return true
    },
    text: () => written.join(''),
  }
}
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('one line a step, and none for a step that had nothing to do', async () => {
  const shown = screen()
  const out = progress(shown, {})
  await out.step('packages', async () => undefined)
  await out.step('engine', async () => 'pulumi 3.259.0, PATH')
  expect(shown.text()).toBe('✓ engine       pulumi 3.259.0, PATH\n')
})

test('a long step outside a terminal says once what it does', async () => {
  const shown = screen()
  await progress(shown, {}).step('engine', async (say) => {
    say('go build pulumi')
    await wait(2_200)
    say('go build pulumi: net/http')
    return 'built'
  })
  expect(shown.text()).toMatch(/^▸ engine {7}go build pulumi\n✓ engine {7}built {54,} [2-9]\.\d s\n$/)
})

test('what must be known before is said at once', async () => {
  const shown = screen()
  await progress(shown, {}).step('machine', async (say) => {
    say.now('1 package to install: nftables')
    expect(shown.text()).toBe('▸ machine      1 package to install: nftables\n')
    return 'done'
  })
})

test('a terminal sees the last word and the seconds on one line, without colour where NO_COLOR is set', async () => {
  const shown = screen({ isTTY: true })
  await progress(shown, { NO_COLOR: '' }).step('engine', async (say) => {
    say('go build pulumi')
    await wait(1_300)
    return 'built'
  })
  expect(shown.text().split('\r\u001b[2K')).toContainEqual(
    expect.stringMatching(/^▸ engine {7}go build pulumi {40,}[1-9]\.\d s$/),
  )
  expect(shown.text()).not.toContain('\u001b[3')
  expect(shown.text().split('\n')).toHaveLength(2)
})

test('CI gets no live line even where it looks like a terminal', async () => {
  const shown = screen({ isTTY: true })
  await progress(shown, { CI: 'true', NO_COLOR: '1' }).step('engine', async () => {
    await wait(400)
    return 'built'
  })
  expect(shown.text()).toBe('✓ engine       built\n')
})

test('an error is told once: what, why, fix, within 80 columns, no stack', async () => {
  const shown = screen()
  const out = progress(shown, {})
  const error = new SetupError('the disk is full', {
    why: '/home/somebody/.cache/shoestring keeps the engine and the image; its file system has 12 MB left',
    fix: 'make room',
  })
  const failing = out.step('image', async () => {
    throw error
  })
  await expect(failing).rejects.toBe(error)
  out.fail(error)
  expect(shown.text()).toBe(
    `✗ image        the disk is full
  why          /home/somebody/.cache/shoestring keeps the engine and the image;
               its file system has 12 MB left
  next         make room
`,
  )
})

test('a bug keeps its stack', () => {
  const shown = screen()
  progress(shown, {}).fail(new TypeError('x is undefined'), 'setup')
  expect(shown.text()).toContain('TypeError: x is undefined\n    at ')
})

test('a line is never wider than the screen', () => {
  const line = stepLine('✓', 'engine', 'x'.repeat(200), 341_000, { width: 80, color: false })
  expect(line).toHaveLength(80)
  expect(line).toMatch(/x… {2}5 m 41 s$/)
})

test.each([
  [350, '0.3 s'],
  [9_960, '10 s'],
  [66_000, '66 s'],
  [341_000, '5 m 41 s'],
])('%i ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})
