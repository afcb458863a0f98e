import { parseArgs } from 'node:util'
import { OperatorError } from '../../provision/errors.ts'
import type { FaultWish } from '../digitalocean/admin/faults.ts'

export const faultUsage = `npm run lab -- faults [list | add … | clear [NUMBER]]

  What the lab's API gets wrong from now on; the lab forgets it when it ends.

  faults add ['METHOD PATH'] WHAT [HOW]
    'POST /v2/droplets'    where: * is one segment, ** any; without, everywhere
    WHAT
      --status N           answer N, 400 to 599
      --cut                end the connection without an answer
      --hang               never answer
      --done               a completed action reads as "done"
    HOW
      --after              when the change is made; without, nothing changes
      --retry-after S      with a Retry-After of S seconds
      --message TEXT       in these words
      --html               as a page, as a proxy in front would answer
      --times N|all        so often; without, once
      --skip N             let N such calls pass first
      --probability P      each such call with chance P, 0 to 1
      --seed N             the same calls in every run

  npm run lab -- faults add 'POST /v2/droplets' --status 500 --after
  npm run lab -- faults add --status 429 --retry-after 2 --probability 0.1 \\
    --times all
`

const flag = { type: 'boolean' } as const
const value = { type: 'string' } as const
const options = {
  status: value,
  cut: flag,
  hang: flag,
  done: flag,
  after: flag,
  'retry-after': value,
  message: value,
  html: flag,
  times: value,
  skip: value,
  probability: value,
  seed: value,
}

/** The fault that a person's words after `faults add` ask for. */
export function faultWish(args: string[]): FaultWish {
  const { values, positionals } = read(args)
  const kinds = (['cut', 'hang', 'done'] as const).filter((kind) => values[kind])
  if (values.status !== undefined || kinds.length === 0) kinds.unshift('status' as never)
  const [kind = 'status', another] = kinds as FaultWish['kind'][]
  if (another) throw wrong('a fault is of one kind', `--${kind} and --${another} cannot both be`)
  if (kind === 'status' && values.status === undefined)
    throw wrong('it does not say what goes wrong', 'one of --status N, --cut, --hang, --done is needed')
  return {
    kind,
    ...where(positionals),
    ...(values.after ? { when: 'after' } : {}),
    ...numberFor('status', values.status),
    ...numberFor('retryAfterSeconds', values['retry-after'], 'retry-after'),
    ...(values.message === undefined ? {} : { message: values.message }),
    ...(values.html ? { html: true } : {}),
    ...(values.times === 'all' ? { times: null } : numberFor('times', values.times)),
    ...numberFor('skip', values.skip),
    ...numberFor('probability', values.probability),
    ...numberFor('seed', values.seed),
  }
}

function read(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    // Node's sentence goes on to tell how its own parser is told otherwise.
    const [why = ''] = (error as Error).message.split('. ')
    throw wrong('that is not how a fault is added', why)
  }
}

/** `POST /v2/droplets`, in one word or two, or only one of them. */
function where(positionals: string[]): Pick<FaultWish, 'method' | 'path'> {
  const words = positionals.flatMap((each) => each.split(/\s+/)).filter((each) => each !== '')
  const method = words[0]?.startsWith('/') ? undefined : words.shift()?.toUpperCase()
  const [path, ...rest] = words
  if (rest.length > 0 || (path !== undefined && !path.startsWith('/')))
    throw wrong('it is not clear where', `got ${JSON.stringify(positionals.join(' '))}`)
  return { ...(method === undefined || method === '*' ? {} : { method }), ...(path && { path }) }
}

function numberFor(field: keyof FaultWish, text: string | undefined, option: string = field) {
  if (text === undefined) return {}
  const number = Number(text)
  if (text.trim() === '' || Number.isNaN(number)) throw wrong(`--${option} takes a number`, `got "${text}"`)
  return { [field]: number }
}

const wrong = (what: string, why: string) =>
  new OperatorError(what, { why, fix: 'npm run lab -- faults help' })
