import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { descriptionMissing } from '../lab/digitalocean/wire/description.ts'
import { readHeldRun } from '../lab/digitalocean/wire/held-run.ts'

interface Count {
  passed: number
  failed: number
  skipped: number
}

/** What is looked at without running it; each counts as one test. */
const looks = ['format:check', 'lint', 'types', 'dead']
const kinds = ['fast', 'app', 'attacks', 'alone', 'host', 'engine', 'e2e']

/** Where every lab of the run notes which of its answers were held to DigitalOcean's own description of its API. */
const folderOfRun = await mkdtemp(join(tmpdir(), 'shoestring-run-'))
const heldRun = join(folderOfRun, 'answers.jsonl')
process.env['SHOESTRING_DESCRIPTION'] = heldRun

const total: Count = { passed: 0, failed: 0, skipped: 0 }
for (const look of looks) add(await runLook(look))
for (const kind of kinds) add(await runTests(kind))
add(lookAtAnswers())
await rm(folderOfRun, { recursive: true })
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed > 0 ? 1 : 0

function add({ passed, failed, skipped }: Count): void {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}

/** The labs of the whole run, those that tests started as processes too; counts as one test. */
function lookAtAnswers(): Count {
  console.log('\n── answers')
  if (descriptionMissing) {
    console.log(`skipped: ${descriptionMissing}`)
    return { passed: 0, failed: 0, skipped: 1 }
  }
  const { answers, mismatches } = readHeldRun(heldRun)
  console.log(`${answers} answers of labs held to the official description: ${mismatches.length} break it`)
  for (const mismatch of new Set(mismatches)) console.log(`  ${mismatch}`)
  return mismatches.length === 0 && answers > 0
    ? { passed: 1, failed: 0, skipped: 0 }
    : { passed: 0, failed: 1, skipped: 0 }
}

async function runLook(name: string): Promise<Count> {
  console.log(`\n── ${name}`)
  const code = await run('npm', ['run', '--silent', name])
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  numFailedTestSuites: number
}

/** One project of vitest, shown as it runs and counted from its own report. */
async function runTests(project: string): Promise<Count> {
  console.log(`\n── ${project}`)
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-test-'))
  const file = join(folder, 'report.json')
  try {
    const code = await run('vitest', [
      'run',
      `--project=${project}`,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ])
    const report = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<Report>
    const { numPassedTests: passed = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = report
    // A file that can't even be loaded has no failed test, but a failed run.
    const failed = numFailedTests === 0 && code !== 0 ? 1 : numFailedTests
    return { passed, failed, skipped: numPendingTests + numTodoTests }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function run(command: string, args: string[]): Promise<number> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
