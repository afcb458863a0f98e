// Plain JavaScript: a Node too old for TypeScript gets a sentence here, not a syntax error in the first file.
import { createRequire, Module } from 'node:module'
import { RunError } from '@pulumi/pulumi/errors.js'

if (Number.parseInt(process.versions.node, 10) < 26) {
  throw new RunError(
    `Node ${process.versions.node} is too old to run this program\n` +
      '  why   it is TypeScript, which Node runs by itself from 26 on\n' +
      '  next  PATH="$PWD/node_modules/.bin:$PATH" pulumi up   (the repository brings its own Node)',
  )
}

// Pulumi's run takes a stack trace for every promise, and source-map-support looks for a map of every frame: a third of
// a second a run, for code that has none.
Reflect.deleteProperty(Error, 'prepareStackTrace')

// And it loads npm's own resolver of dependencies, for functions that a program sends elsewhere. Ours sends none, so
// that is loaded when it is asked for: a fifth of the program's start.
const ofPulumi = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi'))
const path = ofPulumi.resolve('@npmcli/arborist')
const later = new Module(path)
later.loaded = true
later.exports = {
  __esModule: true,
  get Arborist() {
    Reflect.deleteProperty(ofPulumi.cache, path)
    return ofPulumi(path).Arborist
  },
}
ofPulumi.cache[path] = later

const { ...outputs } = await import('./index.ts')
export default outputs
