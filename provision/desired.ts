/** A file that the plugin has put at `/var/cache/shoestring/<sha256>` before a converge starts. */
export interface Artifact {
  name: string
  version: string
  sha256: string
}

/** What the settings decide about a host. */
export interface DesiredHost {
  hostname: string
  /** People with a shell: in by key only, root by sudo. */
  operators: { name: string; keys: string[] }[]
  /** Logins that aren't shut yet, because no other one was proved: `root`, a former operator's. */
  keepLogins?: string[]
  /** Networks that may reach port 22; everywhere without it. */
  sshFrom?: string[]
  /** When the host may reboot for a security update that asks for it, UTC: `04:00`. */
  rebootTime?: string
  /** `example.com`; its www and app are served here. */
  domain: string
  /** Let's Encrypt, unless a directory is given; the certificate is what that directory's own HTTPS is trusted by. */
  acme: { directory?: string | undefined; rootCertificate?: string | undefined; email?: string | undefined }
  /** What ufw lets in: `443/tcp`. Ssh is always let in. */
  allow: string[]
  /** Owned by the app's role, reached over the local socket. */
  database: string
  caddy: Artifact
  /** A tunnel of the operators' own, where there is to be one. */
  wireguard?: DesiredTunnel
}

/** Who is in the tunnel, and where. */
export interface DesiredTunnel {
  /** The host's own address in it, `10.77.0.1/24`. */
  address: string
  port: number
  /** Their public keys, and the one address that each may send from. */
  peers: { name: string; publicKey: string; address: string }[]
}

/** Code and settings of the app, as they will run together. */
export interface DesiredRelease {
  /** Of code and settings; the name of the release's folder. */
  hash: string
  version: string
  /** By path in the release: `server.mjs`, `www/index.html`. */
  files: Record<string, ReleaseFile>
  /** The app's environment; may hold secrets. */
  settings: Record<string, string>
}

/** A file of a release, told by its sum: to look at a host takes no more. */
export interface ReleaseFile {
  /** Hexadecimal. */
  sha256: string
  /** In base64; only for a converge. */
  content?: string
}

/** Template texts by the path of the file on the host. */
export type Templates = Record<string, string>

export type Task =
  | { task: 'host'; desired: DesiredHost }
  | { task: 'release'; desired: DesiredRelease }
  /** The app ends and its releases go; the host stays. */
  | { task: 'release-removal' }

/** The first line that a run reads. */
export type Request = {
  mode: 'plan' | 'converge'
  files: Templates
  /** How long what could shut the operator out stands without a new connection; 60 without it. */
  undoAfterSeconds?: number
} & Task
