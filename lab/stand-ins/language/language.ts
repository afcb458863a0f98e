import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import pb from '@pulumi/pulumi/proto/language_pb.js'
import pluginPb from '@pulumi/pulumi/proto/plugin_pb.js'
import { sdkVersion } from '../versions.ts'

// What @pulumi/pulumi's own runner ends with after an error that it has told the engine itself.
const toldAlready = 32
const engineLookMs = 500

/** What the engine asks of a language, by the names of the protocol's methods: Node, and nothing to install. */
export function language(engineAddress: string) {
  return {
    async handshake() {
      return new pb.LanguageHandshakeResponse()
    },

    async getPluginInfo() {
      const info = new pluginPb.PluginInfo()
      info.setVersion(sdkVersion('pulumi'))
      return info
    },

    /** The engine takes what the program's requests name. */
    async getRequiredPackages() {
      return new pb.GetRequiredPackagesResponse()
    },

    async getRequiredPlugins() {
      return new pb.GetRequiredPluginsResponse()
    },

    async run(request: pb.RunRequest) {
      const response = new pb.RunResponse()
      const code = await runProgram(request, engineAddress)
      if (code === toldAlready) response.setBail(true)
      else if (code !== 0) response.setError(`Program exited with non-zero exit code: ${code}`)
      return response
    },

    async about() {
      const about = new pb.AboutResponse()
      about.setExecutable(process.execPath)
      about.setVersion(process.version)
      return about
    },

    async getProgramDependencies() {
      return new pb.GetProgramDependenciesResponse()
    },
  }
}

/** Runs a program in a Node of its own, as the official language host does; answers its exit code. */
async function runProgram(request: pb.RunRequest, engineAddress: string): Promise<number | string> {
  const program = request.getInfo()?.getProgramDirectory() || request.getPwd()
  const entry = request.getInfo()?.getEntryPoint() || request.getProgram() || '.'
  const runner = createRequire(join(program, 'index.js')).resolve('@pulumi/pulumi/cmd/run')
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    'root-directory': request.getInfo()?.getRootDirectory(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  }
  const given = Object.entries(flags).flatMap(([flag, value]) => (value ? [`--${flag}`, value] : []))
  const dryRun = request.getDryrun() ? ['--dry-run'] : []
  const args = [runner, ...given, ...dryRun, entry, ...request.getArgsList()]
  // Its output is ours: the engine shows it beside the stack.
  const child = spawn(process.execPath, args, {
    cwd: request.getPwd() || program,
    stdio: 'inherit',
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  })
  // The engine was killed: nobody is left to run it for, and it would wait for answers without end.
  const engine = process.ppid
  const look = setInterval(() => {
    if (process.ppid === engine) return
    child.kill('SIGKILL')
    process.exit(1)
  }, engineLookMs)
  child.once('exit', () => clearInterval(look))
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return code ?? signal ?? 1
}
