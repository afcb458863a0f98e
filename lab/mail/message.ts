import { simpleParser, type AddressObject, type ParsedMail } from 'mailparser'

/** A delivered mail, as the page shows it and as tests read it. */
export interface Message {
  id: string
  /** ISO 8601. */
  receivedAt: string
  from: string
  /** Everyone it was delivered to, Bcc included. */
  to: string[]
  subject: string
  text: string
  html: string | null
  /** The http links of the text, in their order. */
  links: string[]
  attachments: { filename: string; contentType: string; sizeBytes: number }[]
  sizeBytes: number
  /** Why the text is the raw source: set when the mail can't be read as one. */
  problem: string | null
}

const shownSourceCharacters = 200_000
// Nobody reads more, and turning markup into text costs time.
const limits = { maxHtmlLengthToParse: 1_000_000 }
const parsing = { ...limits, skipHtmlToText: true }

export async function parseMessage(id: string, source: Buffer): Promise<Message> {
  const base = {
    id,
    receivedAt: new Date(Number(id.slice(0, id.indexOf('-')))).toISOString(),
    sizeBytes: source.length,
  }
  let mail: ParsedMail
  try {
    mail = await simpleParser(source, parsing)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { ...base, ...raw(source, `This is no readable mail (${why}), so here is its source.`) }
  }
  const { returnPath, deliveredTo } = envelopeOf(mail)
  const parsed = {
    ...base,
    from: addresses(mail.from) || returnPath,
    to: deliveredTo.length > 0 ? deliveredTo : [addresses(mail.to)].filter(Boolean),
    subject: mail.subject ?? '',
    attachments: mail.attachments.map((attachment) => ({
      filename: attachment.filename ?? 'unnamed',
      contentType: attachment.contentType,
      sizeBytes: attachment.size,
    })),
  }
  const html = mail.html || null
  const text = mail.text || (await textOf(html))
  if (!text && !html && mail.attachments.length === 0 && hasBody(source)) {
    return { ...parsed, ...body(source), problem: 'Its MIME structure is broken, so here is its source.' }
  }
  return { ...parsed, text, html, links: linksOf(text), problem: null }
}

/** The bytes of one attachment; parsed again, because nobody asks twice. */
export async function readAttachment(source: Buffer, index: number): Promise<Buffer | undefined> {
  const mail = await simpleParser(source, parsing)
  return mail.attachments[index]?.content
}

export const linkPattern = /https?:\/\/[^\s<>"'`\])]*[^\s<>"'`\]).,;:!?]/g

/** The words of a mail that brings markup only; mailparser itself does this only where nothing is attached, and with the images' addresses. */
async function textOf(markup: string | null): Promise<string> {
  if (!markup) return ''
  const wordsOnly = Buffer.from(markup.replaceAll(/<img\b[^>]*>/gi, '')).toString('base64')
  const headers = 'Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n'
  const mail = await simpleParser(headers + wordsOnly, limits)
  return mail.text ?? ''
}

function linksOf(text: string): string[] {
  return [...new Set(text.match(linkPattern) ?? [])]
}

function raw(source: Buffer, problem: string) {
  return { from: '', to: [], subject: '', attachments: [], ...body(source), problem }
}

function body(source: Buffer) {
  const text = source.toString('utf8').slice(0, shownSourceCharacters)
  return { text, html: null, links: linksOf(text) }
}

function hasBody(source: Buffer): boolean {
  const end = source.indexOf('\r\n\r\n')
  return end >= 0 && source.subarray(end).toString('latin1').trim() !== ''
}

/** Only the headers on top are ours; the same names further down may be forged. */
function envelopeOf(mail: ParsedMail): { returnPath: string; deliveredTo: string[] } {
  const end = mail.headerLines.findIndex(({ key }) => key !== 'return-path' && key !== 'delivered-to')
  const ours = mail.headerLines.slice(0, end === -1 ? undefined : end)
  const valuesOf = (key: string) =>
    ours.filter((header) => header.key === key).map(({ line }) => line.slice(line.indexOf(':') + 1).trim())
  return {
    returnPath: valuesOf('return-path')[0]?.replaceAll(/[<>]/g, '') ?? '',
    deliveredTo: valuesOf('delivered-to'),
  }
}

function addresses(field: AddressObject | AddressObject[] | undefined): string {
  return [field ?? []]
    .flat()
    .flatMap((one) => one.value)
    .map(({ name, address }) => (name && address ? `${name} <${address}>` : address || name))
    .join(', ')
}
