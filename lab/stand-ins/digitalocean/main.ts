import { serve } from '../../../plugin/server.ts'
import { missingIn } from '../missing.ts'
import { standIn } from '../versions.ts'
import { Api } from './api.ts'
import { functions } from './functions.ts'
import { resources } from './resources.ts'

// `pulumi-resource-digitalocean` where the official plugin can't be downloaded: what small companies use of it.
const api = new Api()
await serve({
  ...standIn('digitalocean'),
  configure: (settings) => api.configure(settings),
  resources: resources(api),
  functions: functions(api),
  missing: missingIn('digitalocean'),
})
