import { html, type Html } from '../pages/html.ts'
import { texts } from '../texts/en.ts'
import type { Day } from './numbers.ts'

const words = texts.pages.numbers

// In units of the drawing, which is as wide as the page allows.
const height = 160
const perDay = 20
const barWidth = 8
const left = 44

/** Two bars a day, sign-ins and sign-ups, as an SVG without any style of its own. */
export function plot(days: readonly Day[]): Html {
  const top = roundTop(Math.max(4, ...days.map(({ signIns, signUps }) => Math.max(signIns, signUps))))
  const width = left + days.length * perDay
  const y = (count: number): number => Math.round(height * (1 - count / top) * 10) / 10
  // One path a kind: a tenth of what an element for each bar takes.
  const bars = (kind: 'signIns' | 'signUps', offset: number): string =>
    days
      .map((day, index) => ({ x: left + index * perDay + offset, top: y(day[kind]) }))
      .filter((bar) => bar.top < height)
      .map((bar) => `M${bar.x} ${height}V${bar.top}h${barWidth}V${height}z`)
      .join('')
  const lines = [0, top / 2, top].map(
    (count) =>
      html`<path d="M${left} ${y(count)}H${width}" /><text
          x="${left - 6}"
          y="${y(count) + 4}"
          text-anchor="end"
          >${count}</text
        >`,
  )
  const label = words.plotLabel(sum(days, 'signIns'), sum(days, 'signUps'), days.length)
  return html`<svg class="plot" viewBox="0 -14 ${width} ${height + 44}" role="img" aria-label="${label}">
    <g class="lines">${lines}</g>
    <path class="sign-ins" d="${bars('signIns', 1)}" />
    <path class="sign-ups" d="${bars('signUps', barWidth + 2)}" />
    <text x="${left}" y="${height + 24}">${days[0]?.day}</text>
    <text x="${width}" y="${height + 24}" text-anchor="end">${days.at(-1)?.day}</text>
  </svg>`
}

const sum = (days: readonly Day[], kind: 'signIns' | 'signUps'): number =>
  days.reduce((total, day) => total + day[kind], 0)

/** The next of 4, 6, 8, 10, 20, 40, 60 … so that half of it is a whole number too. */
export function roundTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most))
  return (
    ([1, 2, 4, 6, 8, 10].map((step) => step * power).find((step) => step >= most && step % 2 === 0) ??
      most) ||
    2
  )
}
