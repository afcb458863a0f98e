import { serve } from '../../../plugin/server.ts'
import { missingIn } from '../missing.ts'
import { standIn } from '../versions.ts'
import { copyToRemote } from './copy-to-remote.ts'
import { localCommand, localRun } from './local-command.ts'
import { remoteCommand } from './remote-command.ts'

// `pulumi-resource-command` where the official plugin can't be downloaded.
await serve({
  ...standIn('command'),
  resources: {
    'command:remote:Command': remoteCommand,
    'command:remote:CopyToRemote': copyToRemote,
    'command:local:Command': localCommand,
  },
  functions: { 'command:local:run': localRun },
  missing: missingIn('command'),
})
