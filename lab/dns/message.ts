import { AUTHORITATIVE_ANSWER, RECURSION_AVAILABLE, RECURSION_DESIRED, TRUNCATED_RESPONSE } from 'dns-packet'
import { decode, encode, type DecodedPacket, type OptAnswer, type Question } from 'dns-packet'
import type { Reply, ResponseCode } from './answer.ts'

const codes: Record<ResponseCode, number> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
}
const headerBytes = 12
/** What passes every path without fragments, as resolvers agreed in 2020 (dnsflagday.net). */
const largestDatagram = 1232

export interface Query {
  id: number
  recursionDesired: boolean
  question: Question
  /** Present where the sender speaks EDNS. */
  edns: { version: number; datagramBytes: number } | undefined
}

/** A query, or the code to refuse it with, or `undefined` for what deserves no answer at all. */
export function readQuery(bytes: Buffer): Query | ResponseCode | undefined {
  if (bytes.length < headerBytes) return undefined
  const flags = bytes.readUInt16BE(2)
  // A response sent to us: answering it would let two servers talk for ever.
  if (flags & 0x8000) return undefined
  if ((flags >> 11) & 0xf) return 'NOTIMP'
  if (bytes.readUInt16BE(4) !== 1) return 'FORMERR'
  let packet: DecodedPacket
  try {
    packet = decode(bytes)
  } catch {
    return 'FORMERR'
  }
  const question = packet.questions?.[0]
  if (!question) return 'FORMERR'
  const opt = packet.additionals?.find((record): record is OptAnswer => record.type === 'OPT')
  return {
    id: packet.id ?? 0,
    recursionDesired: packet.flag_rd,
    question,
    edns: opt && { version: opt.ednsVersion, datagramBytes: opt.udpPayloadSize },
  }
}

/** A reply on the wire; over UDP one that doesn't fit is cut to its question, with TC: "ask again over TCP". */
export function writeReply(query: Query, reply: Reply, via: 'udp' | 'tcp'): Buffer {
  const badVersion = (query.edns?.version ?? 0) > 0
  const flags =
    RECURSION_AVAILABLE |
    (reply.authoritative ? AUTHORITATIVE_ANSWER : 0) |
    (query.recursionDesired ? RECURSION_DESIRED : 0)
  const frame = {
    type: 'response' as const,
    id: query.id,
    questions: [query.question],
    additionals: query.edns ? [ednsRecord(badVersion)] : [],
  }
  if (badVersion) return encode({ ...frame, flags })
  const { answers, authorities, rcode } = reply
  const whole = encode({ ...frame, flags: flags | codes[rcode], answers, authorities })
  if (whole.length <= (via === 'tcp' ? 65_535 : datagramLimit(query))) return whole
  return encode({ ...frame, flags: flags | codes[rcode] | TRUNCATED_RESPONSE })
}

/** The answer to bytes that could not be read: their id and a code. */
export function writeRefusal(bytes: Buffer, rcode: ResponseCode): Buffer {
  const header = Buffer.alloc(headerBytes)
  bytes.copy(header, 0, 0, 4)
  // Keep opcode and RD of the query, set QR and the code.
  header.writeUInt16BE((bytes.readUInt16BE(2) & 0x7900) | 0x8000 | codes[rcode], 2)
  return header
}

function datagramLimit(query: Query): number {
  return Math.min(Math.max(512, query.edns?.datagramBytes ?? 512), largestDatagram)
}

function ednsRecord(badVersion: boolean): OptAnswer {
  const udpPayloadSize = largestDatagram
  // An extended code of 1 makes 16: BADVERS.
  const extendedRcode = badVersion ? 1 : 0
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize,
    extendedRcode,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  }
}
