import { expect } from 'vitest'
import { fill, health, test } from './on-troubled-host.ts'

const gone = 'apt-get remove --quiet --yes postgresql-17'

test(
  'dpkg killed while it unpacks: the run says so, and the next one finishes it',
  { timeout: 300_000 },
  async ({ lab, web }) => {
    const { host, provisioned, task } = await web.converged(lab)
    await host.$(gone)
    const killed = host.$(
      'until pgrep -x dpkg-deb; do sleep 0.05; done; pkill -KILL -x dpkg; pkill -KILL -x apt-get',
    )
    const { failure } = await provisioned.converge(task)
    await killed
    expect(failure).toMatchObject({ step: 'packages', summary: 'install postgresql-17' })
    const next = await provisioned.converge(task)
    expect(next.failure).toBeUndefined()
    expect((await provisioned.converge(task)).applied).toEqual([])
    expect(await health(host)).toBe('')
  },
)

test('the lock of another apt is waited for', { timeout: 120_000 }, async ({ lab, web }) => {
  const { host, provisioned, task } = await web.converged(lab)
  await host.$('apt-get remove --quiet --yes debsums')
  const held = await host.$(`setsid --fork perl > /dev/null 2>&1; ${until('[ -e /run/held ]')}`, hold)
  expect(held.exitCode).toBe(0)
  const { failure, applied } = await provisioned.converge(task)
  expect([failure, applied]).toEqual([undefined, ['packages: install debsums']])
  expect((await host.$('ls /run/held')).exitCode, 'it went on beside the lock').not.toBe(0)
  expect(await health(host)).toBe('')
})

test(
  'a disk that runs full while dpkg unpacks: the run says so, and with room again the next one finishes it',
  { timeout: 300_000 },
  async ({ lab, web }) => {
    const { host, provisioned, task } = await web.converged(lab)
    await host.$(gone)
    const filled = host.$(`until pgrep -x dpkg-deb; do sleep 0.02; done; ${fill(1)}`)
    const { failure } = await provisioned.converge(task)
    await filled
    expect(failure).toMatchObject({ step: 'packages', summary: 'install postgresql-17' })
    expect(failure?.why).toContain('No space left on device')
    await host.$('rm -f /fill')
    const next = await provisioned.converge(task)
    expect(next.failure).toBeUndefined()
    expect((await provisioned.converge(task)).applied).toEqual([])
    expect(await health(host)).toBe('')
  },
)

test('a disk that is full already is named before anything is changed', async ({ lab, web }) => {
  const { host, provisioned, task } = await web.converged(lab)
  await host.$('echo mine >> /etc/issue')
  await host.$(fill(10))
  const { failure, applied } = await provisioned.converge(task)
  expect([applied, failure?.step]).toEqual([[], 'ground'])
  expect(failure?.why).toMatch(/^\d+ MB are free and 64 are needed: /)
  await host.$('rm -f /fill')
  expect((await provisioned.converge(task)).applied).toEqual(['banner: update /etc/issue, -1 +0'])
})

/** Asks a host again and again, for as long as a slow one may need. */
const until = (condition: string) => `timeout 20 sh -c 'until ${condition}; do sleep 0.05; done'`

/**
 * Holds apt's two locks as apt itself does, by fcntl: the one on its lists for some seconds, and dpkg's for longer, so
 * that both are met. While it does, /run/held is there.
 */
const hold = `use Fcntl;
my ($lists, $dpkg) = map {
  open(my $file, ">>", $_) or die;
  my $lock = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0);
  fcntl($file, F_SETLKW, $lock) or die;
  $file;
} "/var/lib/apt/lists/lock", "/var/lib/dpkg/lock-frontend";
open(my $held, ">", "/run/held") or die;
sleep 4;
close $lists;
sleep 8;
unlink "/run/held";
`
