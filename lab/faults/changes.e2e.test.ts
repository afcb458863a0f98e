import { expect, test } from 'vitest'
import { dropletUrn, faultKinds, useCloudStack, whole } from './cloud-stack.ts'

const { stack, up, strike, account } = useCloudStack()

test.each(faultKinds)(
  '%s, at each action: a resize, a new name and a new droplet come in one run or two',
  async (_, wish) => {
    await up()
    const [first] = stack().store.state.droplets
    // Off, resized, on: three actions, each struck once.
    for (const skip of [0, 1, 2]) await strike('POST /v2/droplets/*/actions', { ...wish, skip })
    await stack().pulumi('config', 'set', 'shoestring:size', 's-1vcpu-1gb')
    await up().catch(up)
    await stack().clearFaults()
    expect(stack().store.state.droplets).toMatchObject([
      { id: first?.id, size: 's-1vcpu-1gb', status: 'active' },
    ])

    await strike('POST /v2/droplets/*/actions', wish)
    await stack().pulumi('config', 'set', 'test:dropletName', 'web-1')
    await up().catch(up)
    await stack().clearFaults()
    expect(stack().store.state.droplets).toMatchObject([{ id: first?.id, name: 'web-1', status: 'active' }])

    for (const call of ['POST /v2/droplets', 'DELETE /v2/droplets/*', 'POST /v2/reserved_ips/*/actions'])
      await strike(call, wish)
    await stack().pulumi('config', 'rm', 'test:dropletName')
    await stack()
      .pulumi('up', '--yes', '--skip-preview', '--replace', dropletUrn)
      .catch(() => stack().pulumi('up', '--yes', '--skip-preview', '--refresh'))
    await stack().clearFaults()
    expect(account()).toEqual(whole)
    expect(stack().store.state.droplets[0]?.id).not.toBe(first?.id)
    await stack().pulumi('preview', '--expect-no-changes', '--refresh')
    await stack().pulumi('config', 'rm', 'shoestring:size')
  },
)
