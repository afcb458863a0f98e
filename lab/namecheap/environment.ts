import { kept } from '../kept.ts'
import type { LabPaths } from '../paths.ts'
import { apiUser } from './account.ts'

/** What a client of the lab's Namecheap finds in its environment. */
export async function namecheapEnvironment(
  paths: LabPaths,
  { namecheap }: { namecheap: string },
): Promise<Record<string, string>> {
  return {
    NAMECHEAP_API_URL: namecheap,
    NAMECHEAP_API_USER: apiUser,
    NAMECHEAP_API_KEY: await kept(paths.namecheapKey),
    NAMECHEAP_CLIENT_IP: '127.0.0.1',
    // An operator's own, from the shell that started us, would ask for another account.
    NAMECHEAP_USERNAME: apiUser,
  }
}
