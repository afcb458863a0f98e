import type { EngineEvent } from '@pulumi/pulumi/automation/index.js'
import type { LabStack } from '../lab/stack.ts'
import { OperatorError } from '../provision/errors.ts'
import { runPulumi } from './run-pulumi.ts'

/** Says what goes on right now, in a few words. */
export type Say = (words: string) => void

/** The three things that an update is about, in the order in which they are made. */
export const phases = ['cloud', 'host', 'app'] as const
export type Phase = (typeof phases)[number]

const phaseOf = (type: string): Phase => {
  if (type === 'shoestring:index:Host') return 'host'
  return type === 'shoestring:index:Release' ? 'app' : 'cloud'
}

interface Progress {
  /** Resources touched, by the last word of their type: `DnsRecord`. */
  readonly changed: Map<string, number>
  readonly lines: string[]
  say: Say
  latest: string
  readonly over: PromiseWithResolvers<void>
}

/** An update of a stack as it happens: what each phase did, and the errors in the engine's own words. */
export class Update {
  readonly #progress: Record<Phase, Progress> = { cloud: fresh(), host: fresh(), app: fresh() }
  readonly #errors: string[] = []
  /** What the program itself wants known, such as a droplet that an earlier run had left behind. */
  readonly warnings: string[] = []
  readonly #done: Promise<void>

  /** Begins to bring the stack up. */
  constructor(stack: LabStack) {
    this.#done = runPulumi(stack, (event) => this.#see(event)).then(
      () => this.#end(),
      (cause: unknown) => this.#fail(cause),
    )
    // Each phase waits for it; the rejection is theirs to tell.
    this.#done.catch(() => undefined)
  }

  /** Settles when the phase is over, with what it did. */
  async phase(phase: Phase, say: Say): Promise<string> {
    const progress = this.#progress[phase]
    progress.say = say
    if (progress.latest) say(progress.latest)
    await Promise.race([progress.over.promise, this.#done])
    // A failure of this phase ends the update with it: wait for the whole story.
    if (this.#errors.length > 0) await this.#done
    return summary(phase, progress)
  }

  done(): Promise<void> {
    return this.#done
  }

  #see({ resourcePreEvent, resOutputsEvent, diagnosticEvent }: EngineEvent): void {
    if (resourcePreEvent) {
      const { type, op, urn } = resourcePreEvent.metadata
      const phase = phaseOf(type)
      if (phase !== 'cloud') this.#progress.cloud.over.resolve()
      if (op !== 'same') this.#tell(phase, urn.split('::').at(-1) ?? urn)
    }
    if (resOutputsEvent) {
      const { type, op } = resOutputsEvent.metadata
      const { changed, over } = this.#progress[phaseOf(type)]
      const kind = type.split(':').at(-1) ?? type
      if (op !== 'same' && !type.includes(':infra:')) changed.set(kind, (changed.get(kind) ?? 0) + 1)
      if (phaseOf(type) !== 'cloud') over.resolve()
    }
    if (diagnosticEvent) {
      const { message, severity, urn = '' } = diagnosticEvent
      const phase = phaseOf(urn.split('::')[2]?.split('$').at(-1) ?? '')
      const line = message.replaceAll(/<\{%[^%]*%\}>/g, '').trim()
      if (severity === 'error') this.#errors.push(line)
      else if (severity === 'warning' && (!urn || urn.includes('pulumi:pulumi:Stack')))
        this.warnings.push(line)
      // The engine and the language host talk too; what our own resources say is worth showing.
      else if (urn.includes('shoestring:index') && line && !line.includes('\n')) {
        if (!diagnosticEvent.ephemeral) this.#progress[phase].lines.push(line)
        this.#tell(phase, line)
      }
    }
  }

  #tell(phase: Phase, words: string): void {
    const progress = this.#progress[phase]
    progress.latest = words
    progress.say(words)
  }

  #end(): void {
    for (const phase of phases) this.#progress[phase].over.resolve()
  }

  #fail(cause: unknown): never {
    const own = this.#errors.filter((line) => !/^(update failed|resource .* registration failed)/.test(line))
    const said = own.join('\n') || (cause instanceof Error ? cause.message : String(cause))
    throw operatorError(said, cause)
  }
}

/** What our plugin and program say in three parts, taken apart again; anything else is the engine's own reason. */
function operatorError(said: string, cause: unknown): OperatorError {
  const parts = /^(?<what>[^]*?)\n\s+why\s+(?<why>[^]*?)\n\s+(?:next|fix)\s+(?<fix>[^]*)$/.exec(said)?.groups
  const {
    what = 'the update ended early',
    why = said,
    fix = 'put that right, then npm start again',
  } = parts ?? {}
  return new OperatorError(what, { why, fix, cause })
}

const fresh = (): Progress => ({
  changed: new Map(),
  lines: [],
  say: () => undefined,
  latest: '',
  over: Promise.withResolvers<void>(),
})

const words: Record<string, string> = {
  SshKey: 'key',
  Droplet: 'droplet',
  Firewall: 'firewall',
  ReservedIp: 'address',
  Domain: 'domain',
  DnsRecord: 'record',
}

function summary(phase: Phase, { changed, lines }: Progress): string {
  if (changed.size === 0) return 'as it should be'
  if (phase === 'host') return lines.length === 1 ? '1 change' : `${lines.length} changes`
  if (phase === 'app') return lines.at(-1)?.replace(/^[^:]*: /, '') ?? 'released'
  return [...changed]
    .flatMap(([kind, count]) => {
      const word = words[kind]
      return word ? [count === 1 ? word : `${count} ${word}s`] : []
    })
    .join(', ')
}
