import { program } from './program.ts'
import { readSettings } from './settings.ts'

// The whole story is in program.ts; here it meets the stack that Pulumi runs.
export const { address, address6, hostKey, www, app, release } = await program(readSettings())
