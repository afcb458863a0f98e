import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseMessage, type Message } from './message.ts'

export interface Envelope {
  from: string
  to: readonly string[]
}

/** What the list shows of a message. */
export type Summary = Pick<Message, 'id' | 'receivedAt' | 'from' | 'to' | 'subject' | 'sizeBytes'> & {
  preview: string
  attachments: number
}

/** The delivered mails, one .eml each in a folder, so that any mail program opens them and a restart keeps them. */
export interface Mailbox {
  /** Answers the new message's id, or nothing when the sender went over the limit: then nothing is kept. */
  receive(mail: Readable & { sizeExceeded?: boolean }, envelope: Envelope): Promise<string | undefined>
  count(): Promise<number>
  newest(limit: number): Promise<Summary[]>
  read(id: string): Promise<Message | undefined>
  source(id: string): Promise<Buffer | undefined>
  clear(): Promise<void>
}

const idPattern = /^\d{13}-[0-9a-f]{8}$/
/** A load test that mails all night must not fill the disk. */
const keptMessages = 1000

export async function openMailbox(folder: string): Promise<Mailbox> {
  await mkdir(folder, { recursive: true })
  const summaries = new Map<string, Summary>()
  let lastTime = 0
  // Left by a process that died while it wrote.
  for (const name of await readdir(folder)) {
    if (name.endsWith('.part')) await rm(join(folder, name), { force: true })
  }

  const pathOf = (id: string) => join(folder, `${id}.eml`)

  async function ids(): Promise<string[]> {
    const names = await readdir(folder)
    return names
      .filter((name) => name.endsWith('.eml'))
      .map((name) => name.slice(0, -'.eml'.length))
      .filter((id) => idPattern.test(id))
      .toSorted()
      .toReversed()
  }

  async function receive(mail: Readable & { sizeExceeded?: boolean }, envelope: Envelope) {
    // Two mails in one millisecond still have an order.
    lastTime = Math.max(Date.now(), lastTime + 1)
    const id = `${lastTime}-${randomBytes(4).toString('hex')}`
    const part = join(folder, `${id}.part`)
    try {
      const file = createWriteStream(part, { flush: true })
      file.write(traceHeaders(envelope, new Date(lastTime)))
      await pipeline(mail, file)
      if (mail.sizeExceeded) {
        await rm(part)
        return undefined
      }
      await rename(part, pathOf(id))
    } catch (cause) {
      await rm(part, { force: true })
      throw cause
    }
    for (const old of (await ids()).slice(keptMessages)) await rm(pathOf(old), { force: true })
    return id
  }

  async function source(id: string): Promise<Buffer | undefined> {
    if (!idPattern.test(id)) return undefined
    return readFile(pathOf(id)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
  }

  async function read(id: string): Promise<Message | undefined> {
    const bytes = await source(id)
    return bytes && parseMessage(id, bytes)
  }

  async function summary(id: string): Promise<Summary | undefined> {
    const known = summaries.get(id)
    if (known) return known
    const message = await read(id)
    if (!message) return undefined
    const { receivedAt, from, to, subject, sizeBytes } = message
    const preview = (message.problem ?? message.text).replaceAll(/\s+/g, ' ').trim().slice(0, 160)
    const made = {
      id,
      receivedAt,
      from,
      to,
      subject,
      sizeBytes,
      preview,
      attachments: message.attachments.length,
    }
    summaries.set(id, made)
    return made
  }

  return {
    receive,
    read,
    source,
    count: async () => (await ids()).length,
    async newest(limit) {
      const found: Summary[] = []
      for (const id of (await ids()).slice(0, limit)) {
        const one = await summary(id)
        if (one) found.push(one)
      }
      return found
    },
    async clear() {
      for (const id of await ids()) await rm(pathOf(id), { force: true })
      summaries.clear()
    },
  }
}

/** What a mail server writes on top of what it delivers; the envelope is the only place where Bcc shows. */
function traceHeaders(envelope: Envelope, received: Date): string {
  const lines = [
    `Return-Path: <${oneLine(envelope.from)}>`,
    ...envelope.to.map((address) => `Delivered-To: ${oneLine(address)}`),
    `Received: by mail.lab.test; ${received.toUTCString().replace('GMT', '+0000')}`,
  ]
  return lines.map((line) => `${line}\r\n`).join('')
}

function oneLine(address: string): string {
  return address.replaceAll(/[\r\n]/g, '')
}
