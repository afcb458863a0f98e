import { readFile } from 'node:fs/promises'
import { replaceFile } from '../replace-file.ts'

/** A host record that Namecheap serves itself, as long as the domain is on its own nameservers. */
export interface HostRecord {
  id: number
  name: string
  type: string
  address: string
  mxPreference: number
  ttlSeconds: number
}

export interface RegisteredDomain {
  id: number
  name: string
  /** The user who has it; another one's is refused. */
  user: string
  /** Whether the API's user may change it. */
  editable: boolean
  /** ISO dates. */
  created: string
  expires: string
  /** Undefined while Namecheap's own are used. */
  nameservers?: string[] | undefined
  hosts: HostRecord[]
  emailType: string
}

export interface AccountState {
  version: 1
  /** The switch on the page Profile > Tools > API Access. */
  apiEnabled: boolean
  /** Addresses that are let in there: IPv4, no networks. */
  clientIps: string[]
  /** What is answered in a minute, failures included; 0 for no limit. */
  requestsPerMinute: number
  domains: RegisteredDomain[]
  nextId: number
}

/** The only user who may ask. */
export const apiUser = 'lab'

const freshState: AccountState = {
  version: 1,
  apiEnabled: true,
  clientIps: ['127.0.0.1'],
  requestsPerMinute: 20,
  domains: [],
  nextId: 677_625,
}

/** What a domain is when it was just registered. */
export function newDomain(id: number, name: string, now: Date, user = apiUser): RegisteredDomain {
  const expires = new Date(now)
  expires.setUTCFullYear(now.getUTCFullYear() + 1)
  const [created = ''] = now.toISOString().split('T')
  return {
    id,
    name,
    user,
    editable: true,
    created,
    expires: expires.toISOString().slice(0, 10),
    hosts: [],
    emailType: 'FWD',
  }
}

/** An account at Namecheap, in memory and as one JSON document on disk. */
export class Account {
  readonly #file: string
  #state: AccountState
  #last: Promise<unknown> = Promise.resolve()

  private constructor(file: string, state: AccountState) {
    this.#file = file
    this.#state = state
  }

  /** Reads the document; a missing one is an account that has just registered these domains. */
  static async open(file: string, domains: readonly string[], now = new Date()): Promise<Account> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (text !== undefined) return new Account(file, { ...freshState, ...parse(file, text) })
    const registered = domains.map((name, index) => newDomain(freshState.nextId + index, name, now))
    const nextId = freshState.nextId + registered.length
    return new Account(file, { ...freshState, domains: registered, nextId })
  }

  get state(): Readonly<AccountState> {
    return this.#state
  }

  /** Changes the state, one change at a time; resolves when it is on disk. */
  change<T>(edit: (draft: AccountState) => T): Promise<T> {
    const done = this.#last.then(async () => {
      const draft = structuredClone(this.#state)
      const result = edit(draft)
      await replaceFile(this.#file, `${JSON.stringify(draft, null, 2)}\n`, 0o600)
      this.#state = draft
      return result
    })
    this.#last = done.catch(() => undefined)
    return done
  }
}

function parse(file: string, text: string): AccountState {
  const fix = 'Restore it, or delete it to start from a fresh account.'
  try {
    const state = JSON.parse(text) as AccountState | null
    if (state?.version === 1 && Array.isArray(state.domains)) return state
  } catch (cause) {
    throw new Error(`the lab's Namecheap account ${file} is not JSON. ${fix}`, { cause })
  }
  throw new Error(`the lab's Namecheap account ${file} is not a document of version 1. ${fix}`)
}
