import { bundleApp, bundleProvision } from './bundle.ts'
import { closeConnections, useKeyFile, useOperators } from './connection.ts'
import { caddy, host } from './host.ts'
import type { Operator } from './logins.ts'
import { nameservers } from './nameservers.ts'
import { release } from './release.ts'
import { serve } from './server.ts'

// Every preview needs them, and the engine has other things to do first.
for (const prepare of [bundleProvision, bundleApp, caddy]) prepare().catch(() => undefined)

// How the engine ends a plugin.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void closeConnections().finally(() => process.exit(0)))
}

await serve({
  name: 'shoestring',
  // Pulumi wants one; this plugin is never published, it lives and changes with its program.
  version: '0.1.0',
  configure(settings) {
    const { sshKeyFile, operators } = settings
    const named: unknown = typeof operators === 'string' ? JSON.parse(operators) : operators
    useOperators(Array.isArray(named) ? (named as Operator[]) : [])
    useKeyFile(typeof sshKeyFile === 'string' ? sshKeyFile : undefined)
  },
  resources: {
    'shoestring:index:Host': host,
    'shoestring:index:Nameservers': nameservers,
    'shoestring:index:Release': release,
  },
})
