import { createHash } from 'node:crypto'
import { fstatSync, openSync, readSync } from 'node:fs'

// A Bloom filter: never lets a listed password through, and takes one in ten thousand others for a listed one.
const bitsEach = 20
const probes = 13

/** Made by app/development; in a release it lies beside the code. */
export const commonPasswordsFile = new URL('./common-passwords.bloom', import.meta.url)

/** Passwords that attackers try first, without any network: half a million texts in a file of a megabyte. */
export class CommonPasswords {
  readonly #bytes: number
  readonly #byteAt: (index: number) => number

  constructor(bytes: number, byteAt: (index: number) => number) {
    this.#bytes = bytes
    this.#byteAt = byteAt
  }

  /** Of a file that stays where it is: a password is looked up by 13 bytes of it. */
  static open(file: URL = commonPasswordsFile): CommonPasswords {
    const descriptor = openSync(file, 'r')
    const byte = new Uint8Array(1)
    return new CommonPasswords(fstatSync(descriptor).size, (index) => {
      readSync(descriptor, byte, 0, 1, index)
      return byte[0]!
    })
  }

  has(password: string): boolean {
    return placesOf(password, this.#bytes).every((bit) => (this.#byteAt(bit >> 3) & (1 << (bit & 7))) !== 0)
  }
}

/** What such a file holds. */
export function bitsOf(passwords: Iterable<string>): Uint8Array {
  const all = new Set(passwords)
  const bits = new Uint8Array(Math.ceil((all.size * bitsEach) / 8) || 1)
  for (const password of all)
    for (const bit of placesOf(password, bits.length)) bits[bit >> 3]! |= 1 << (bit & 7)
  return bits
}

function placesOf(password: string, bytes: number): number[] {
  const hash = createHash('sha256').update(password).digest()
  const [first, second] = [hash.readUInt32LE(0), (hash.readUInt32LE(4) | 1) >>> 0]
  return Array.from({ length: probes }, (_, index) => (first + index * second) % (bytes * 8))
}
