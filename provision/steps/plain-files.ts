import { rootFile, type Access } from '../host.ts'
import { planFiles, readFiles, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import type { Step } from '../step.ts'
import type { Render } from '../template.ts'

/** Files that are read anew whenever they are used, so that nobody has to be told of them. */
export function plainFiles(
  name: string,
  paths: string[],
  render: Render,
  access: Access = rootFile,
): Step<ObservedFiles> {
  const files: OwnedFile[] = paths.map((path) => ({ path, content: render(path), ...access }))
  return {
    name,
    bare: {},
    observe: (host) => readFiles(host, paths),
    plan: (observed) => planFiles(files, observed),
  }
}
