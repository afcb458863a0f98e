/** A droplet as the machine beneath it needs to know it. */
export interface MachineSpec {
  /** The droplet's id. */
  id: number
  /** The host name. */
  name: string
  memoryMb: number
  /** What is on its disk at first: a public image's slug, `debian-13-x64`, or the id of a captured disk. */
  image: string | number
  ipv4: string
  ipv6?: string | undefined
  /** OpenSSH public keys. */
  sshKeys: string[]
  /** cloud-init's user data. */
  userData?: string | undefined
}

/** What may pass: ports are `22`, `8000-9000`, or `0` for all. */
export interface Rule {
  protocol: 'tcp' | 'udp' | 'icmp'
  ports: string
  addresses: string[]
}

/** The union of all cloud firewalls on one machine. */
export interface Policy {
  machineId: number
  inbound: Rule[]
  outbound: Rule[]
}

/** What a machine uses at one moment; counters only grow while it runs. */
export interface MachineMetrics {
  cpuSeconds: number
  memoryBytes: number
  /** Tasks that run or wait for a disk: what a load average averages. */
  runningTasks: number
  receivedBytes: number
  sentBytes: number
  /** Asked for apart, because counting takes a while. */
  diskBytes(): Promise<number>
}

/** The machines that stand behind the API's droplets, and the network in front of them. */
export interface Machines {
  /** What droplets and reserved IPs may be given. */
  addresses: readonly string[]
  /** The IPv6 address that goes with a machine's IPv4 address. */
  address6(ipv4: string): string
  /** Resolves when init runs; safe to repeat after a crash. */
  create(spec: MachineSpec): Promise<void>
  powerOn(id: number): Promise<void>
  /** Cuts the power. */
  powerOff(id: number): Promise<void>
  shutdown(id: number): Promise<void>
  reboot(id: number): Promise<void>
  /** Throws the disk away and boots from the spec's image; safe to repeat after a crash. */
  rebuild(spec: MachineSpec): Promise<void>
  /** Puts the spec's addresses on the machine, running or not. */
  readdress(spec: MachineSpec): Promise<void>
  /** Copies the disk, as it is at one moment, under that id; safe to repeat after a crash. Answers its size. */
  capture(id: number, imageId: number): Promise<{ bytes: number }>
  /** Removes a captured disk; machines made from it keep theirs. Gone already is fine. */
  removeCapture(imageId: number): Promise<void>
  /** Gone already is fine. */
  destroy(id: number): Promise<void>
  running(id: number): Promise<boolean>
  /** Nothing when there is nothing to measure. */
  metrics(id: number): Promise<MachineMetrics | undefined>
  /** All that is there, also what a killed lab left half-made: machines by their ids, captured disks by theirs. */
  list(): Promise<{ machines: number[]; captures: number[] }>
  /** The whole cloud firewall; a machine without a policy is all open. */
  filter(policies: Policy[]): Promise<void>
  /** The whole set of reserved IPs and the machines they lead to. */
  reserve(assignments: { ip: string; machineId: number }[]): Promise<void>
}

const done = () => Promise.resolve()

/** Droplets that exist on paper only: the API without root, where nothing boots and nothing listens. */
export function noMachines(addresses: readonly string[]): Machines {
  return {
    addresses,
    address6: (ipv4) => `2001:db8:5c::${Number(ipv4.split('.').at(-1)).toString(16)}`,
    create: done,
    powerOn: done,
    powerOff: done,
    shutdown: done,
    reboot: done,
    rebuild: done,
    readdress: done,
    capture: () => Promise.resolve({ bytes: 0 }),
    removeCapture: done,
    destroy: done,
    running: () => Promise.resolve(true),
    metrics: () => Promise.resolve(undefined),
    list: () => Promise.resolve({ machines: [], captures: [] }),
    filter: done,
    reserve: done,
  }
}
