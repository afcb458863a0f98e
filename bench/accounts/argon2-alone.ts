import { digestOf, freshTerms } from '../../app/passwords/hashing.ts'

// How many passwords this machine hashes a second, two at once as the service does, and nothing else.
const seconds = Number(process.argv[2] ?? 4)
const end = performance.now() + seconds * 1000
let hashed = 0
const one = async (): Promise<void> => {
  while (performance.now() < end) {
    await digestOf('seven green boats', freshTerms())
    hashed += 1
  }
}
await Promise.all([one(), one()])
console.log(hashed / seconds)
