import { flag, has, text, type Body } from '../wire/body.ts'
import { badRequest, conflict } from '../wire/errors.ts'
import { projectsIn } from './project-of.ts'
import type { Project, State } from '../state/state.ts'

export type ProjectFields = Pick<Project, 'name' | 'description' | 'purpose' | 'environment' | 'isDefault'>

const purposes = [
  'Just trying out DigitalOcean',
  'Class project / Educational purposes',
  'Website or blog',
  'Web Application',
  'Service or API',
  'Mobile Application',
  'Machine learning / AI / Data processing',
  'IoT',
  'Operational / Developer tooling',
  'Other',
]
const environments = ['Development', 'Staging', 'Production']
const longest = { name: 175, description: 255, purpose: 255 }

/** The project that a request describes; what it doesn't name stays as `known` has it. */
export function projectIn(state: Readonly<State>, body: Body, known?: Project): ProjectFields {
  const name = short(body, 'name') ?? known?.name
  if (!name) throw badRequest('name is required')
  const taken = projectsIn(state).some((other) => other.name === name && other.id !== known?.id)
  if (taken) throw conflict('project with same name already exists')
  const purpose = short(body, 'purpose') ?? known?.purpose
  if (!purpose) throw badRequest('purpose is required')
  return {
    name,
    description: has(body, 'description') ? (short(body, 'description') ?? '') : (known?.description ?? ''),
    purpose: purposes.includes(purpose) || purpose === known?.purpose ? purpose : ownPurpose(purpose),
    environment: has(body, 'environment') ? environmentIn(body) : (known?.environment ?? ''),
    // The default project stops being that only when another one begins to be.
    isDefault: flag(body, 'is_default') === true || (known?.isDefault ?? false),
  }
}

/** PUT names everything. */
export function requireAll(body: Body): void {
  for (const field of ['name', 'description', 'purpose', 'environment', 'is_default'])
    if (!has(body, field)) throw badRequest(`${field} is required`)
}

/** Anything may be a purpose, and is kept with one `Other: ` before it. */
function ownPurpose(purpose: string): string {
  const own = purpose.replace(/^other:\s*/i, '')
  return own === purpose ? `Other: ${own}` : `Other: ${own.charAt(0).toUpperCase()}${own.slice(1)}`
}

function environmentIn(body: Body): string {
  const asked = text(body, 'environment')
  if (!asked) return ''
  const known = environments.find((each) => each.toLowerCase() === asked.toLowerCase())
  if (!known) throw badRequest(`environment must be one of ${environments.join(', ')}`)
  return known
}

function short(body: Body, field: keyof typeof longest): string | undefined {
  const value = text(body, field)
  if (value && value.length > longest[field])
    throw badRequest(`${field} is too long (maximum is ${longest[field]} characters)`)
  return value
}
