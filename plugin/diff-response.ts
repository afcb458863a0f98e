import pb from '@pulumi/pulumi/proto/provider_pb.js'
import type { Diff } from './provider.ts'

/** A difference in the engine's own form. */
export function diffResponse({ changes, deleteBeforeReplace = false }: Diff): pb.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges
  const { ADD, UPDATE, DELETE, UPDATE_REPLACE } = pb.PropertyDiff.Kind
  const kinds = { add: ADD, update: UPDATE, delete: DELETE, replace: UPDATE_REPLACE }
  const response = new pb.DiffResponse()
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
  response.setReplacesList(changes.filter(({ kind }) => kind === 'replace').map(({ path }) => path))
  response.setDiffsList([...new Set(changes.map(({ path }) => path.replace(/[.[].*/, '')))])
  response.setDeletebeforereplace(deleteBeforeReplace)
  response.setHasdetaileddiff(true)
  for (const { path, kind, ofInputs } of changes) {
    const property = new pb.PropertyDiff()
    property.setKind(kinds[kind])
    property.setInputdiff(ofInputs)
    response.getDetaileddiffMap().set(path, property)
  }
  return response
}
