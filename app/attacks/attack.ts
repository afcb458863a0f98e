import { waitAsTold, type Answer, type Target } from './target.ts'

/** One thing that somebody with bad intentions tries. Answers how it got through, or nothing. */
export interface Attack {
  name: string
  /** Whether it needs the admins' site. */
  admin?: boolean
  run: (target: Target) => Promise<string | undefined | false>
}

/** Every answer that refuses: 4xx with a code, and nothing that tells of the inside. */
export function unlessRefused(answer: Answer, what = ''): string | undefined {
  const { status, code, body } = answer
  if (status < 400 || status >= 500) return `${what} answers ${status}`
  if (!code && !/^\s*<!doctype html>/i.test(body)) return `${what} answers ${status} without a code`
  return /node_modules|at \w+ \(|PostgresError|select .* from/i.test(body)
    ? `${what} tells of the inside`
    : undefined
}

/** The first that got through. */
export async function anyOf<T>(
  things: readonly T[],
  attempt: (thing: T) => Promise<string | undefined | false>,
): Promise<string | undefined> {
  for (const thing of things) {
    const through = await attempt(thing)
    if (through) return through
  }
  return undefined
}

/** Tries eight times at once what may work once; again later where one network may not try so often. */
export async function unlessOnce(attempt: (index: number) => Promise<Answer>): Promise<string | false> {
  for (;;) {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => attempt(index)))
    const count = answers.filter(({ status }) => status === 200).length
    const told = answers.find(({ status }) => status === 429)
    if (count > 0 || !told) return count !== 1 && `it worked ${count} times`
    await waitAsTold(told)
  }
}

/** Whether one of two kinds of request takes so much longer that a stranger can tell them apart. */
export async function differsInTime(
  first: () => Promise<Answer>,
  second: () => Promise<Answer>,
  rounds = 7,
): Promise<string | undefined> {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    times[0].push((await first()).ms)
    times[1].push((await second()).ms)
  }
  // The shortest of each: whatever else the machine does only makes it longer.
  const [a, b] = [Math.min(...times[0]), Math.min(...times[1])]
  // A hash that is left out is 20 ms and more; what is less than that is lost in a network's own noise.
  return Math.max(a, b) > 2 * Math.min(a, b) && Math.abs(a - b) > 15
    ? `takes ${a.toFixed(0)} ms and ${b.toFixed(0)} ms`
    : undefined
}

const names = ({ headers }: Answer): string => Object.keys(headers).toSorted().join(' ')

/** What differs between two answers that should tell nothing apart. */
export function differs(first: Answer, second: Answer): string | undefined {
  if (first.status !== second.status) return `answers ${first.status} and ${second.status}`
  if (first.body !== second.body) return 'answers with another text'
  return names(first) === names(second) ? undefined : 'answers with other headers'
}
