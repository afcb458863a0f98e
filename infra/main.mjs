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

// Pulumi's SDK does much for debugging, and for functions that a program sends elsewhere: ours sends none, and pays for
// it with every command. The names below are those of the SDK's version that package.json pins.
const ofPulumi = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi'))

// source-map-support looks for a map of every frame of every stack trace: a third of a second, for code that has none.
Reflect.deleteProperty(Error, 'prepareStackTrace')

// A stack trace for every promise, to tell where one that nobody waited for came from: its name is told without.
const debuggable = ofPulumi('./runtime/debuggable.js')
const { debuggablePromise } = debuggable
debuggable.debuggablePromise = (/** @type {unknown[]} */ ...of) => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return debuggablePromise(...of)
  } finally {
    Error.stackTraceLimit = limit
  }
}

// And one for every resource, in full depth, for the engine's traces.
ofPulumi('./resource.js').Resource.callsites = () => []

// A debugger that is told of every module that is loaded.
const debuggerSession = await ofPulumi('./runtime/closure/v8Hooks.js').getSessionAsync()
debuggerSession.disconnect()

// npm's own resolver of dependencies: loaded only when it is asked for, a fifth of the program's start.
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
