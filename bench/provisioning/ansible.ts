import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder, makeOnce } from '../../lab/toolchain/cache.mjs'

const exec = promisify(execFile)
const version = '2.19.14'

/** Ansible from PyPI in the user's cache; answers the folder of its commands. */
export async function installAnsible(): Promise<string> {
  const { path } = await makeOnce(cacheFolder(), `ansible-core-${version}`, async (folder) => {
    // --copies and a later look-up by module: the folder is renamed when it is complete.
    await exec('python3', ['-m', 'venv', '--copies', folder])
    await exec(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', `ansible-core==${version}`])
    return version
  })
  return join(path, 'bin')
}

/** Runs the playbook as an experienced operator has set Ansible up: pipelining, one shared connection, no facts. */
export async function runPlaybook(
  bin: string,
  stateFolder: string,
  address: string,
  values: Record<string, string>,
): Promise<string> {
  const key = join(stateFolder, 'key')
  const options = [
    'ControlMaster=auto',
    'ControlPersist=60s',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
  ]
  const inventory = join(stateFolder, 'inventory.json')
  await writeFile(inventory, JSON.stringify({ all: { hosts: { [address]: { ansible_user: 'root' } } } }))
  const { stdout } = await exec(
    join(bin, 'python'),
    [
      '-m',
      'ansible.cli.playbook',
      '--inventory',
      inventory,
      '--private-key',
      key,
      '--extra-vars',
      JSON.stringify({ ...values, ansible_python_interpreter: '/usr/bin/python3' }),
      join(import.meta.dirname, 'playbook.yml'),
    ],
    {
      env: {
        ...process.env,
        ANSIBLE_PIPELINING: 'True',
        ANSIBLE_NOCOLOR: '1',
        ANSIBLE_SSH_ARGS: options.map((option) => `-o ${option}`).join(' '),
        ANSIBLE_SSH_CONTROL_PATH_DIR: stateFolder,
        ANSIBLE_LOCAL_TEMP: join(stateFolder, 'ansible'),
        PYTHONDONTWRITEBYTECODE: '',
      },
      maxBuffer: 16 * 1024 * 1024,
    },
  ).catch((error: { stdout?: string; stderr?: string; message: string }) => {
    throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`)
  })
  return stdout
}
