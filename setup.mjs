// Makes a fresh machine able to run the rest: `node setup.mjs [start|test|lab|check]`. It runs before everything, so it
// may need nothing but a Node with npm; the story itself is told in lab/toolchain/prepare.mjs. This file keeps to
// syntax that very old Nodes parse, because a sentence helps more than a syntax error.
const major = Number(process.versions.node.split('.')[0])

if (major < 18) {
  console.error('✗ node         Node ' + process.versions.node + ' is too old for setup.mjs')
  console.error('  why          it needs Node 18 or newer; the rest then brings a Node of its own')
  console.error('  next         install a newer Node (https://nodejs.org/en/download), then run this again')
  process.exitCode = 1
} else {
  import('./lab/toolchain/prepare.mjs').then(
    function (module) {
      return module.prepare(process.argv[2] || 'start')
    },
    function (error) {
      console.error(error)
      process.exitCode = 1
    },
  )
}
