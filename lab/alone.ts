import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { OperatorError } from '../provision/errors.ts'

/** Another daemon of the folder runs or starts. */
export class Busy extends OperatorError {}

/** Makes sure that this is the folder's only daemon, for as long as the process lives. */
export async function alone(state: string): Promise<void> {
  const name = createHash('sha256').update(state).digest('hex').slice(0, 24)
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new Busy('this lab is being started by someone else', {
          why: `another process is at it in ${state}`,
          fix: 'wait for it, or npm run lab -- down',
          cause,
        }),
      ),
    )
    // An abstract socket: the kernel drops it with its process, so no kill can leave the lock behind.
    server.listen({ path: `\0shoestring-lab-${name}` }, resolve)
  })
  server.unref()
}
