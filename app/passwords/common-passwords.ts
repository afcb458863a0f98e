import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

// A Bloom filter: never lets a listed password through, and takes one in ten thousand others for a listed one.
const bitsEach = 20
const probes = 13

/** Made by app/development; in a release it lies beside the code. */
export const commonPasswordsFile = new URL('./common-passwords.bloom', import.meta.url)

/** Passwords that attackers try first, without any network: a million texts in about two megabytes. */
export class CommonPasswords {
  readonly #bits: Uint8Array

  constructor(bits: Uint8Array) {
    this.#bits = bits
  }

  static of(passwords: Iterable<string>): CommonPasswords {
    const all = new Set(passwords)
    const common = new CommonPasswords(new Uint8Array(Math.ceil((all.size * bitsEach) / 8) || 1))
    for (const password of all)
      for (const bit of common.#places(password)) common.#bits[bit >> 3]! |= 1 << (bit & 7)
    return common
  }

  static read(): CommonPasswords {
    return new CommonPasswords(readFileSync(commonPasswordsFile))
  }

  get bits(): Uint8Array {
    return this.#bits
  }

  has(password: string): boolean {
    return this.#places(password).every((bit) => (this.#bits[bit >> 3]! & (1 << (bit & 7))) !== 0)
  }

  #places(password: string): number[] {
    const hash = createHash('sha256').update(password).digest()
    const [first, second] = [hash.readUInt32LE(0), (hash.readUInt32LE(4) | 1) >>> 0]
    return Array.from({ length: probes }, (_, index) => (first + index * second) % (this.#bits.length * 8))
  }
}
