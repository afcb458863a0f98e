import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dots } from './dots.ts'
import { refused } from './refused.ts'

const everywhere = { addresses: ['0.0.0.0/0', '::/0'] }
const ssh = { protocol: 'tcp', ports: '22', sources: everywhere }
const https = { protocol: 'tcp', ports: '443', sources: everywhere }
const anywhere = { protocol: 'tcp', ports: 'all', destinations: everywhere }

/** A firewall from its first rule to its end. */
export async function firewall(dots: Dots, dropletId: number): Promise<void> {
  const api = dots.firewall
  const wish = { name: 'web', inbound_rules: [ssh], outbound_rules: [anywhere] }
  const made = await api.createFirewall({ ...wish, droplet_ids: [], tags: [] })
  const id = made.data.firewall.id ?? ''
  const seen = async () => (await api.getFirewall({ firewall_id: id })).data.firewall

  await api.addDropletsToFirewall({ firewall_id: id, droplet_ids: [dropletId] })
  await api.addTagsToFirewall({ firewall_id: id, tags: ['web'] })
  await api.addRulesToFirewall({ firewall_id: id, inbound_rules: [https], outbound_rules: [] })
  const full = await seen()
  assert.deepEqual([full.droplet_ids, full.tags], [[dropletId], ['web']])
  assert.deepEqual(full.inbound_rules.map(({ ports }) => ports).toSorted(), ['22', '443'])
  // Asked for as "all", answered as "0".
  assert.deepEqual(
    full.outbound_rules.map(({ ports }) => ports),
    ['0'],
  )
  await until(async () => (await seen()).status === 'succeeded')

  await api.removeRulesFromFirewall({ firewall_id: id, inbound_rules: [https], outbound_rules: [] })
  await api.removeTagsFromFirewall({ firewall_id: id, tags: ['web'] })
  await api.removeDropletsFromFirewall({ firewall_id: id, droplet_ids: [dropletId] })
  const bare = await seen()
  assert.deepEqual([bare.droplet_ids, bare.tags, bare.inbound_rules.length], [[], [], 1])
  await api.updateFirewall({ ...wish, id, name: 'front', droplet_ids: [dropletId], tags: [] })
  assert.deepEqual(
    (await api.listFirewalls({})).data.firewalls.map(({ name }) => name),
    ['front'],
  )
  await refused(api.createFirewall({ ...wish, droplet_ids: [], tags: ['unheard-of'] }), 422)
  await api.deleteFirewall({ firewall_id: id })
  await refused(seen(), 404)
}

/** An address that leads to the droplet for a while; dots-wrapper knows it under its old name. */
export async function floatingIp(dots: Dots, droplet_id: number): Promise<void> {
  const api = dots.floatingIp
  const { ip } = (await api.createFloatingIp({ region: 'fra1' })).data.floating_ip
  const done = async (asked: Promise<{ data: { action: { id: number } } }>) => {
    const { id: action_id } = (await asked).data.action
    await until(
      async () => (await api.getFloatingIpAction({ ip, action_id })).data.action.status === 'completed',
    )
    return action_id
  }
  const leadsTo = async () => (await api.getFloatingIp({ ip })).data.floating_ip.droplet?.id
  const assigned = await done(api.assignIpToDroplet({ ip, droplet_id }))
  assert.equal(await leadsTo(), droplet_id)
  const unassigned = await done(api.unassignIpFromDroplet({ ip }))
  assert.equal(await leadsTo(), undefined)
  // An address that was somebody's before may have a longer history.
  const actions = (await api.listFloatingIpActions({ ip })).data.actions.map(({ id }) => id)
  assert.deepEqual(actions.slice(0, 2), [unassigned, assigned])
  await refused(api.assignIpToDroplet({ ip, droplet_id: 1 }), 422)
  await api.deleteFloatingIp({ ip })
  await refused(api.getFloatingIp({ ip }), 404)
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    assert.ok(tries < 400, `not so after ${tries} looks: ${String(isSo)}`)
    await sleep(50)
  }
}
