import { closeConnections, useKeyFile, useOperators } from './connection.ts'
import type { Operator } from './logins.ts'
import { serve } from './server.ts'

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
    'shoestring:index:Host': async () => (await import('./host.ts')).host,
    'shoestring:index:Nameservers': async () => (await import('./nameservers.ts')).nameservers,
    'shoestring:index:Release': async () => (await import('./release.ts')).release,
  },
})

// Every preview needs them, and until it asks, the engine starts its other plugins.
await Promise.allSettled([
  import('./host.ts').then(({ caddy }) => caddy()),
  import('./bundle.ts').then(({ bundleApp, bundleProvision }) =>
    Promise.all([bundleProvision(), bundleApp()]),
  ),
])
