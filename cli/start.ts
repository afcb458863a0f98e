import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from '../lab/describe.ts'
import { up } from '../lab/lab.ts'
import { labPaths, repository, type LabPaths } from '../lab/paths.ts'
import { openStack } from '../lab/stack.ts'
import type { LabStatus } from '../lab/status.ts'
import { duration } from '../lab/toolchain/duration.mjs'
import { progress } from '../lab/toolchain/progress.mjs'
import { monthlyCost } from './cost.ts'
import { waitFor } from './probe.ts'
import { phases, Update } from './update.ts'

/** The main job: the lab, and production in it, up and answering. Answers the exit code. */
export async function start(paths = labPaths()): Promise<number> {
  const startedAt = Date.now()
  const out = progress()
  const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
    version: string
  }
  process.stderr.write(`shoestring ${version} · local cloud\n\n`)
  let update: Update | undefined
  try {
    const lab = await startLab(out, paths)
    const stack = await openStack(paths, lab)
    const running = new Update(stack)
    update = running
    for (const phase of phases) {
      await out.step(phase, (say) => {
        say(phase === 'cloud' ? 'pulumi up' : '')
        return running.phase(phase, say)
      })
    }
    await running.done()
    const { ca, urls } = await describe(paths, lab)
    await out.step('site', async (say) => {
      say(`waiting for ${urls.app}`)
      await waitFor(urls.www, ca, 60_000)
      const { ms } = await waitFor(`${urls.app}/healthz`, ca, 60_000)
      return `both answer over HTTPS (${Math.round(ms)} ms)`
    })
    const cost = await monthlyCost(paths, lab)
    process.stderr.write(`\nUp in ${duration(Date.now() - startedAt)}\n\n`)
    process.stdout.write(
      [
        `  www    ${urls.www}`,
        `  app    ${urls.app}`,
        `  admin  ${urls.admin}   the first one: npm run lab -- admin you@example.com`,
        `  mail   ${urls.mail}   everything the app sends lands here`,
        `  ca     ${ca}`,
        '         trust it in your browser, or: curl --cacert with that file',
        '  ssh    npm run lab -- ssh web',
        ...(stack.plugins === 'stand-ins'
          ? ['  note   stand-ins for two Pulumi plugins: the official ones were not reachable']
          : []),
        ...running.warnings.map(note),
        '',
        `The same on DigitalOcean: ${cost}`,
        'Next: change something, `npm start` again; `npm run lab -- down` ends it.',
        '',
      ].join('\n'),
    )
    return 0
  } catch (error) {
    out.fail(error, 'start')
    for (const warning of update?.warnings ?? []) process.stderr.write(`${note(warning)}\n`)
    return 1
  }
}

const note = (warning: string): string => `  note   ${warning.replaceAll('\n', '\n       ')}`

async function startLab(out: ReturnType<typeof progress>, paths: LabPaths): Promise<LabStatus> {
  const services = 'cloud, DNS, certificates, mail'
  let status: LabStatus | undefined
  await out.step('lab', async (say) => {
    say(services)
    const lab = await up(paths)
    status = lab.status
    return lab.started ? services : 'runs already'
  })
  if (!status) throw new Error('the lab step answered nothing')
  return status
}
