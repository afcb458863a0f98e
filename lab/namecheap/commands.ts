import type { Command } from './command.ts'
import { getInfo, getList, getTldList } from './domains.ts'
import { getHosts, setHosts } from './host-records.ts'
import { getNameservers, setCustom, setDefault } from './nameservers.ts'

const served: Readonly<Record<string, Command>> = {
  'namecheap.domains.getList': getList,
  'namecheap.domains.getInfo': getInfo,
  'namecheap.domains.getTldList': getTldList,
  'namecheap.domains.dns.getList': getNameservers,
  'namecheap.domains.dns.setCustom': setCustom,
  'namecheap.domains.dns.setDefault': setDefault,
  'namecheap.domains.dns.getHosts': getHosts,
  'namecheap.domains.dns.setHosts': setHosts,
}

/** Finds a command in any spelling, with the one that Namecheap answers under. */
export function findCommand(name: string): { name: string; run: Command } | undefined {
  const found = Object.entries(served).find(([known]) => known.toLowerCase() === name.toLowerCase())
  return found && { name: found[0], run: found[1] }
}
