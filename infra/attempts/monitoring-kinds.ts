import { listThings, removeThing } from './account.ts'
import { idOf, sameMaker, type Kind } from './kind.ts'

export const shortage: Kind = {
  alike: async ({ type, description, entities: [watched] }) =>
    (await listThings('monitoring/alerts')).filter(
      (each) =>
        each['type'] === type &&
        each['description'] === description &&
        each['entities']?.map(String).includes(String(watched)),
    ),
  leftBehind: (inputs) => shortage.alike(inputs),
  idOf: ({ uuid }) => uuid,
  remove: ({ uuid }) => removeThing(`monitoring/alerts/${uuid}`),
  describe: ({ type }) => `alert ${type}`,
}

export const check: Kind = {
  alike: async ({ target, name }) =>
    (await listThings('uptime/checks')).filter(
      (each) => each['target'] === target && sameMaker(each['name'], name),
    ),
  leftBehind: (inputs) => check.alike(inputs),
  idOf,
  remove: ({ id }) => removeThing(`uptime/checks/${id}`),
  describe: ({ target }) => `uptime check of ${target}`,
}

export const failure: Kind = {
  async alike({ checkId, type }) {
    const all = await listThings(`uptime/checks/${checkId}/alerts`)
    return all.filter((each) => each['type'] === type).map((each) => ({ ...each, checkId }))
  },
  leftBehind: (inputs) => failure.alike(inputs),
  idOf,
  remove: ({ checkId, id }) => removeThing(`uptime/checks/${checkId}/alerts/${id}`),
  describe: ({ type }) => `uptime alert ${type}`,
}
