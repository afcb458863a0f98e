import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openPaperStack } from '../../paper-stack.ts'
import { test } from '../../testing.ts'

// The real engine and the real SDK on a real Debian, as infra/first-contact.ts meets a droplet.
const program = `
import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
const config = new pulumi.Config()
const connection = {
  host: config.require('host'),
  privateKey: pulumi.secret(config.require('privateKey')),
  dialErrorLimit: 60,
  perDialTimeout: 5,
}
const contact = new command.remote.Command(
  'contact',
  {
    connection,
    create: 'echo made >> /root/log; hostname',
    update: 'echo changed >> /root/log; hostname',
    delete: 'echo gone >> /root/log',
    triggers: [config.require('round')],
    environment: { LC_ROUND: config.get('environment') ?? '' },
    logging: 'none',
  },
  { ignoreChanges: ['connection'] },
)
const after = new command.local.Command('after', { create: pulumi.interpolate\`echo \${contact.stdout}\` })
export const said = after.stdout
export const now = command.local.runOutput({ command: 'echo here' }).stdout
`

// Ten runs of the engine, on a machine that may be busy.
const patience = { timeout: 300_000 }

test(
  'a command runs once, again when it changes, anew by a trigger, and at the end',
  patience,
  async ({ host, lab }) => {
    const privateKey = await readFile(join(lab.stateFolder, 'key'), 'utf8')
    const stack = await openPaperStack(program, {
      'paper:host': host.address,
      'paper:privateKey': privateKey,
      'paper:round': '1',
    })
    const log = async () => (await host.$('cat /root/log')).stdout.trim().split('\n')
    const up = () => stack.pulumi('up', '--yes', '--skip-preview')
    try {
      await up()
      expect(await stack.pulumi('stack', 'output', 'said')).toBe('web\n')
      expect(await stack.pulumi('stack', 'output', 'now')).toBe('here\n')
      expect(await stack.pulumi('stack', 'export')).not.toContain('PRIVATE KEY')
      await stack.pulumi('preview', '--refresh', '--expect-no-changes')

      // Another operator's connection changes nothing.
      await stack.pulumi('config', 'set', 'host', '192.0.2.1')
      await stack.pulumi('preview', '--expect-no-changes')
      await stack.pulumi('config', 'set', 'host', host.address)

      await stack.pulumi('config', 'set', 'environment', 'x')
      expect(await stack.pulumi('preview')).toMatch(
        /~\s+command:remote:Command\s+contact\s+update\s+\[diff: ~environment\]/,
      )
      await up()
      await stack.pulumi('config', 'set', 'round', '2')
      expect(await stack.pulumi('preview')).toMatch(
        /command:remote:Command\s+contact\s+replace\s+\[diff: ~triggers\]/,
      )
      await up()
      await stack.pulumi('destroy', '--yes', '--skip-preview')
      expect(await log()).toEqual(['made', 'changed', 'made', 'gone', 'gone'])
    } finally {
      await stack.remove()
    }
  },
)
