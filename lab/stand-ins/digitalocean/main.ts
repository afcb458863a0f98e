import { serve } from '../../../plugin/server.ts'
import { standIn } from '../versions.ts'
import { Api } from './api.ts'
import { resources } from './resources.ts'

// `pulumi-resource-digitalocean` where the official plugin can't be downloaded: just what infra/ uses.
const api = new Api()
await serve({
  ...standIn('digitalocean'),
  configure: (settings) => api.configure(settings),
  resources: resources(api),
})
