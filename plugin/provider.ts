import type { Bag } from './values.ts'

/** What a resource class gets beside its properties: whose turn it is, a way to talk, and the wish to stop. */
export interface Call {
  readonly urn: string
  /** The resource's logical name, `web`. */
  readonly name: string
  /** Aborted by Ctrl-C in the engine: finish the change under way, then stop. */
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** Whether the operator wants to see what changes inside of files: `--diff`. */
  readonly diffs?: boolean
  info(message: string): Promise<void>
  warn(message: string): Promise<void>
  /** Replaces the line shown beside the resource while it works; not kept. */
  status(message: string): Promise<void>
}

export interface CheckFailure {
  readonly property: string
  readonly reason: string
}

export interface Checked {
  readonly inputs: Bag
  readonly failures: CheckFailure[]
}

export interface Change {
  /** A property's path as the engine prints it, `inboundRules` or `firewall["allow 443/tcp"]`. */
  readonly path: string
  readonly kind: 'add' | 'update' | 'delete' | 'replace'
  /** Whether the difference is between old and new inputs; otherwise between the world and the inputs. */
  readonly ofInputs: boolean
}

export interface Diff {
  readonly changes: readonly Change[]
  readonly deleteBeforeReplace?: boolean
}

export interface Olds {
  readonly inputs: Bag
  readonly outputs: Bag
}

/** One resource class of a plugin. All bags are plain: secrets opened, unknowns only where `preview` is said. */
export interface ResourceClass {
  /** Outputs that are not inputs: unknown in a preview. */
  readonly computed: readonly string[]
  /** Inputs that the cloud chooses where the program does not: unknown in a preview then. */
  readonly unsaid?: readonly string[]
  /** Outputs that are secret whatever their inputs were. */
  readonly secret?: readonly string[]
  /** Outputs that this update may change: unknown in its preview. */
  recomputed?(olds: Olds, news: Bag): readonly string[]
  /** Completes and checks inputs. `fresh` is what an automatic name is made of. */
  check?(news: Bag, olds: Bag, fresh: { name: string; suffix: string }): Checked | Promise<Checked>
  /** May look at the world. In a preview inputs may be `unknown`, which counts as different. */
  diff(id: string, olds: Olds, news: Bag, call: Call): Promise<Diff>
  /** Told of a create in a preview, inputs possibly unknown, to print its plan; an update's is `diff`'s to print. */
  preview?(news: Bag, call: Call): Promise<void>
  create(inputs: Bag, call: Call): Promise<{ id: string; outputs: Bag }>
  /** Undefined when it is gone. `olds` is empty on import. */
  read(id: string, olds: Olds, call: Call): Promise<{ id?: string; inputs: Bag; outputs: Bag } | undefined>
  update?(id: string, olds: Olds, news: Bag, call: Call): Promise<Bag>
  delete(id: string, olds: Olds, call: Call): Promise<void>
}

/** A Pulumi plugin: its package name, exact version, and resource classes by type token. */
export interface Provider {
  readonly name: string
  readonly version: string
  configure?(settings: Bag): Promise<void> | void
  readonly resources: Readonly<Record<string, ResourceClass | (() => Promise<ResourceClass>)>>
  /** What programs can look up, by token: arguments in, result out. */
  readonly functions?: Readonly<Record<string, (args: Bag) => Promise<Bag>>>
  /** What to say of a type or function that the plugin lacks. */
  missing?(token: string): string
}

/** A resource that exists but is not as asked: the engine keeps it in the state and updates it in the next run. */
export class HalfMade extends Error {
  readonly id: string
  readonly outputs: Bag

  constructor(id: string, outputs: Bag, cause: Error) {
    super(cause.message, { cause })
    this.id = id
    this.outputs = outputs
  }
}
