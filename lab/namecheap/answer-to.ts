import { isIPv4 } from 'node:net'
import { apiUser, type Account } from './account.ts'
import { required, type Parameters } from './command.ts'
import { findCommand } from './commands.ts'
import { ApiRefusal } from './refusal.ts'
import { envelope } from './xml.ts'

/** Carries out a request and answers it as XML, refusals too. */
export async function answerTo(
  parameters: Parameters,
  account: Account,
  apiKey: string,
  clock: () => Date,
): Promise<string> {
  const fromMs = clock().getTime()
  const ms = () => clock().getTime() - fromMs
  let command: string | undefined
  try {
    identify(parameters, account, apiKey)
    const asked = required(parameters, 'Command', '1010104')
    const found = findCommand(asked)
    if (!found)
      throw new ApiRefusal('1010104', `Parameter Command is invalid: the lab does not serve ${asked}`)
    command = found.name
    return envelope({ command, result: await found.run(parameters, account), ms: ms() })
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error
    const { number, message: text, result } = error
    return envelope({ command, result, error: { number, text }, ms: ms() })
  }
}

/** Who asks, in the order in which the real one looks: what is missing, the key, the address. */
function identify(parameters: Parameters, { state }: Account, apiKey: string): void {
  const user = required(parameters, 'APIUser', '1010101')
  const key = required(parameters, 'APIKey', '1010102')
  const userName = required(parameters, 'UserName', '1010103')
  const clientIp = required(parameters, 'ClientIP', '1010105')
  if (!isIPv4(clientIp)) throw new ApiRefusal('1011105', 'Parameter ClientIP is invalid')
  if (!state.apiEnabled || user !== apiUser || key !== apiKey)
    throw new ApiRefusal('1011102', 'API Key is invalid or API access has not been enabled')
  // The real one sees where a request comes from; here everything comes from loopback.
  if (!state.clientIps.includes(clientIp)) throw new ApiRefusal('1011150', `Invalid request IP: ${clientIp}`)
  if (userName !== apiUser) throw new ApiRefusal('1019103', 'Parameter UserName is not available')
}
