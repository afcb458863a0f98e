import { useKeyFile } from './connection.ts'
import { host } from './host.ts'
import { release } from './release.ts'
import { serve } from './server.ts'

serve({
  name: 'shoestring',
  // Pulumi wants one; this plugin is never published, it lives and changes with its program.
  version: '0.1.0',
  configure(settings) {
    const { sshKeyFile } = settings
    useKeyFile(typeof sshKeyFile === 'string' ? sshKeyFile : undefined)
  },
  resources: {
    'shoestring:index:Host': host,
    'shoestring:index:Release': release,
  },
})
