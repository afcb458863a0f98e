import { openService } from '../../app/service.ts'
import { readSettings, sites } from '../../app/settings.ts'

// The service as it runs on a host, with limits so wide that one machine may play a crowd.
const settings = readSettings(process.env)
const service = await openService(settings, { logger: { level: 'info' }, limitFactor: 1e6 })
process.once('SIGTERM', () => void service.close())
for (const site of sites) await service.sites[site].listen(settings.listen[site])
