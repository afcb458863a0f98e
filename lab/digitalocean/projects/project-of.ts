import { derivedId } from '../state/derived-id.ts'
import { timestamp, type Droplet, type Project, type ReservedIp, type State } from '../state/state.ts'

export const dropletUrn = ({ id }: Pick<Droplet, 'id'>) => `do:droplet:${id}`
export const domainUrn = (name: string) => `do:domain:${name}`
/** Under their old name: https://github.com/digitalocean/terraform-provider-digitalocean/issues/1031 */
export const reservedIpUrn = ({ ip }: Pick<ReservedIp, 'ip'>) => `do:floatingip:${ip}`

/** The account's projects; it is born with one, which is noted once something about projects changes. */
export function projectsIn(state: Readonly<State>): readonly Project[] {
  return state.projects.length > 0 ? state.projects : [firstProject(state)]
}

/** The projects as a draft keeps them. */
export function notedProjects(draft: State): Project[] {
  if (draft.projects.length === 0) draft.projects = [firstProject(draft)]
  return draft.projects
}

export function defaultProject(state: Readonly<State>): Project {
  const project = projectsIn(state).find(({ isDefault }) => isDefault)
  if (!project) throw new Error('the account has no default project')
  return project
}

/** The project that a resource is in: the one it was put into, or the default one. */
export function projectIdOf(state: Readonly<State>, urn: string): string {
  const assigned = state.assignments.find((assignment) => assignment.urn === urn)
  return assigned?.projectId ?? defaultProject(state).id
}

export function assignTo(draft: State, projectId: string, urn: string, now: Date): void {
  draft.assignments = draft.assignments.filter((assignment) => assignment.urn !== urn)
  draft.assignments.push({ urn, projectId, assignedAt: timestamp(now) })
}

/** Forgets where a deleted resource was: the next of its name begins anew. */
export function forgetAssignment(draft: State, urn: string): void {
  draft.assignments = draft.assignments.filter((assignment) => assignment.urn !== urn)
}

/** Everything of the account that is in a project, with the time since when it exists where that is known. */
export function projectResources(state: Readonly<State>): { urn: string; path: string; since: string }[] {
  const { droplets, domains, reservedIps, account } = state
  return [
    ...droplets.map((droplet) => ({
      urn: dropletUrn(droplet),
      path: `droplets/${droplet.id}`,
      since: droplet.createdAt,
    })),
    ...domains.map(({ name }) => ({
      urn: domainUrn(name),
      path: `domains/${name}`,
      since: account.createdAt,
    })),
    ...reservedIps.map((reserved) => ({
      urn: reservedIpUrn(reserved),
      path: `floating_ips/${reserved.ip}`,
      since: account.createdAt,
    })),
  ]
}

function firstProject(state: Readonly<State>): Project {
  const { createdAt } = state.account
  return {
    id: derivedId(state, 'default project'),
    name: 'lab',
    description: 'Update your project information under Settings',
    purpose: 'Other',
    environment: 'Development',
    isDefault: true,
    createdAt,
    updatedAt: createdAt,
  }
}
