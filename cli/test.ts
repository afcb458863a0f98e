import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { descriptionMissing } from '../lab/digitalocean/wire/description.ts'
import { readHeldRun } from '../lab/digitalocean/wire/held-run.ts'

interface Outcome {
  passed: number
  skipped: number
  /** What failed, with the reason, as it is said again at the end: a long run's own words are far up by then. */
  failed: string[]
}

/** What is looked at without running it; each counts as one test. */
const looks = ['format:check', 'lint', 'types', 'dead']
const kinds = ['fast', 'app', 'attacks', 'alone', 'host', 'engine', 'e2e']

/** Where every lab of the run notes which of its answers were held to DigitalOcean's own description of its API. */
const folderOfRun = await mkdtemp(join(tmpdir(), 'shoestring-run-'))
const heldRun = join(folderOfRun, 'answers.jsonl')
process.env['SHOESTRING_DESCRIPTION'] = heldRun

const total: Outcome = { passed: 0, skipped: 0, failed: [] }
for (const look of looks) add(await runLook(look))
for (const kind of kinds) add(await runTests(kind))
add(lookAtAnswers())
await rm(folderOfRun, { recursive: true })
if (total.failed.length > 0) console.log(`\n── failed\n${total.failed.join('\n')}`)
console.log(`\n${total.passed} passed, ${total.failed.length} failed, ${total.skipped} skipped`)
process.exitCode = total.failed.length > 0 ? 1 : 0

function add({ passed, failed, skipped }: Outcome): void {
  total.passed += passed
  total.skipped += skipped
  total.failed.push(...failed)
}

/** The labs of the whole run, those that tests started as processes too; counts as one test. */
function lookAtAnswers(): Outcome {
  console.log('\n── answers')
  if (descriptionMissing) {
    console.log(`skipped: ${descriptionMissing}`)
    return { passed: 0, skipped: 1, failed: [] }
  }
  const { answers, mismatches } = readHeldRun(heldRun)
  console.log(`${answers} answers of labs held to the official description: ${mismatches.length} break it`)
  for (const mismatch of new Set(mismatches)) console.log(`  ${mismatch}`)
  return mismatches.length === 0 && answers > 0 ? onePassed() : oneFailed('answers: see above')
}

async function runLook(name: string): Promise<Outcome> {
  console.log(`\n── ${name}`)
  const code = await run('npm', ['run', '--silent', name])
  return code === 0 ? onePassed() : oneFailed(`${name}: see above`)
}

function onePassed(): Outcome {
  return { passed: 1, skipped: 0, failed: [] }
}

function oneFailed(what: string): Outcome {
  return { passed: 0, skipped: 0, failed: [what] }
}

/** What is read of vitest's report, which has the form of Jest's. */
interface Report {
  numPassedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
  }[]
}

/** One project of vitest, shown as it runs and counted from its own report. */
async function runTests(project: string): Promise<Outcome> {
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
    const failed = failuresIn(report)
    return {
      passed: report.numPassedTests ?? 0,
      skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
      // A run can fail without a failed test: by an error that nobody awaited, or before it writes a report.
      failed: failed.length === 0 && code !== 0 ? [`${project}: see above`] : failed,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function failuresIn({ testResults = [] }: Partial<Report>): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name)
    const tests = assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => `${file} > ${test.fullName}\n${indented(test.failureMessages.join('\n'))}`)
    // A file that can't be loaded, or whose hooks fail, may have no failed test.
    return tests.length === 0 && status === 'failed' ? [`${file}\n${indented(message)}`] : tests
  })
}

/** The first lines: what was wanted and what came, and where in a test; not the way through vitest. */
function indented(reason: string): string {
  return stripVTControlCharacters(reason)
    .split('\n')
    .filter((line) => !/^ +at .*(node_modules|<anonymous>)/.test(line))
    .slice(0, 12)
    .map((line) => `  ${line}`)
    .join('\n')
}

function run(command: string, args: string[]): Promise<number> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
