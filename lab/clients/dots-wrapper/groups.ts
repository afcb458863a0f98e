import assert from 'node:assert/strict'
import type { Dots } from './dots.ts'
import { refused } from './refused.ts'

/** A tag and a project that the droplet is in for a while. */
export async function groups(dots: Dots, dropletId: number): Promise<void> {
  await tag(dots, dropletId)
  await project(dots, dropletId)
}

async function tag({ tag: api, droplet }: Dots, dropletId: number): Promise<void> {
  const tag_name = 'staging'
  const resources = [{ resource_id: String(dropletId), resource_type: 'droplet' }]
  const bearers = async () =>
    (await droplet.listDroplets({ tag_name })).data.droplets.map(({ id }: { id: number }) => id)
  await api.createTag({ name: tag_name })
  await api.tagResources({ tag_name, resources })
  assert.deepEqual(await bearers(), [dropletId])
  assert.equal((await api.getTag({ tag_name })).data.tag.resources.droplets.count, 1)
  await api.untagResources({ tag_name, resources })
  assert.deepEqual(await bearers(), [])
  await refused(api.createTag({ name: 'two words' }), 400)
  await api.deleteTag({ tag_name })
  await refused(api.getTag({ tag_name }), 404)
}

async function project({ project: api }: Dots, dropletId: number): Promise<void> {
  const urn = `do:droplet:${dropletId}`
  const wish = { description: 'The site', purpose: 'Website or blog', environment: 'Production' }
  const { id: project_id } = (await api.createProject({ ...wish, name: 'site' })).data.project
  const inProject = async () =>
    (await api.listProjectResources({ project_id })).data.resources.map((resource) => resource.urn)
  await api.assignResourcesToProject({ project_id, resources: [urn] })
  assert.deepEqual(await inProject(), [urn])
  await api.patchProject({ project_id, name: 'shop' })
  const { project: seen } = (await api.getProject({ project_id })).data
  assert.deepEqual([seen.name, seen.environment], ['shop', 'Production'])
  await refused(api.deleteProject({ project_id }), 412)
  await api.assignResourcesToDefaultProject({ resources: [urn] })
  assert.deepEqual(await inProject(), [])
  await api.deleteProject({ project_id })
  await refused(api.getProject({ project_id }), 404)
}
