import { serve } from '../../../plugin/server.ts'
import { standIn } from '../versions.ts'
import { remoteCommand } from './remote-command.ts'

// `pulumi-resource-command` where the official plugin can't be downloaded: just what infra/ uses.
await serve({ ...standIn('command'), resources: { 'command:remote:Command': remoteCommand } })
