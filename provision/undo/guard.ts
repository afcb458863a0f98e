import { appendFile } from 'node:fs/promises'
import { OperatorError } from '../errors.ts'
import { rootFile, type Host } from '../host.ts'
import { armScript, noteScript, undoFolder, undoScript, undoTimer, undoUnit } from './undo-script.ts'

/** What the other side says of its new connection: `confirmed`, or why it could not come in. */
export type Answer = { confirmed: true } | { confirmed: false; why: string }

/** Keeps the way in: risky changes are undone by a timer, unless somebody came in again. */
export class Guard {
  readonly #host: Host
  readonly #seconds: number
  #armedAtMs: number | undefined

  constructor(host: Host, seconds: number) {
    this.#host = host
    this.#seconds = seconds
  }

  get armed(): boolean {
    return this.#armedAtMs !== undefined
  }

  /** Undoes what an earlier run left unconfirmed, and answers what that was. */
  async settle(): Promise<string[]> {
    const left = await this.#host.list(undoFolder)
    if (left.length === 0) return []
    // Confirmed, and killed before the rest of the marks were gone.
    const changes = left.includes('disarmed') ? [] : await this.#changes()
    if (left.includes('armed') || left.includes('undoing')) await this.#undo()
    await this.#host.remove(undoFolder)
    return changes
  }

  /** Notes the state before the first risky change and starts the timer; later ones find it running. */
  async arm(summary: string): Promise<void> {
    const { $ } = this.#host
    if (this.#armedAtMs === undefined) {
      // One that an earlier run has left would fire before its time, and keep ours from being made.
      await $({ nothrow: true })`systemctl stop ${undoTimer}`
      await $({ nothrow: true })`systemctl reset-failed ${undoTimer} ${undoUnit}`
      await $`sh -c ${noteScript}`
      await this.#host.write(`${undoFolder}/undo`, undoScript, { ...rootFile, mode: 0o700 })
      const timer = [`--on-active=${this.#seconds}`, '--timer-property=AccuracySec=100ms']
      await $`systemd-run --quiet --collect --unit=${undoUnit} ${timer}`
      this.#armedAtMs = performance.now()
      // After the timer, which does nothing without it: whoever is killed in between leaves nothing for the next boot.
      await $`sh -c ${armScript}`
    } else if (this.#leftShare() < 1 / 6 || !(await this.#host.list(undoFolder)).includes('armed')) {
      // What is changed while the old state comes back, or after it, nobody would undo.
      throw new OperatorError('no time left to prove the way in', {
        why: `the changes that can shut you out took most of ${this.#seconds} s, after which they are undone`,
        fix: 'run pulumi up again; if it comes to this once more, change less at a time, fewer networks in sshFrom, say',
      })
    }
    await appendFile(`${undoFolder}/changes`, `${summary}\n`, { flush: true })
  }

  /** How long the other side has to come in again. */
  leftMs(): number {
    return Math.max(0, (this.#armedAtMs ?? 0) + this.#seconds * 1000 - performance.now())
  }

  /** Whether so much of it is over that the next step had better begin with all of it. */
  get halfOver(): boolean {
    return this.armed && this.#leftShare() < 1 / 2
  }

  #leftShare(): number {
    return this.leftMs() / (this.#seconds * 1000)
  }

  /** Goes on only where somebody came in by a new connection; else everything since `arm` is undone. */
  async hold(answer: Answer): Promise<void> {
    // Who came in has taken the marks away; otherwise its word alone doesn't count.
    const left = await this.#host.list(undoFolder)
    if (answer.confirmed && !left.some((name) => ['armed', 'undoing', 'undone'].includes(name))) {
      this.#armedAtMs = undefined
      return
    }
    throw new OperatorError('no way in', {
      why: answer.confirmed ? 'a new connection came in, but the timer still runs' : answer.why,
      fix: `correct what shuts you out in the stack's settings, then run pulumi up again`,
    })
  }

  /** Puts the old state back now, and answers what was undone. */
  async undo(): Promise<string[]> {
    const changes = await this.#changes()
    await this.#undo()
    await this.#host.remove(undoFolder)
    this.#armedAtMs = undefined
    return changes
  }

  async #changes(): Promise<string[]> {
    const text = (await this.#host.read(`${undoFolder}/changes`)) ?? ''
    return text.split('\n').filter(Boolean)
  }

  async #undo(): Promise<void> {
    const quiet = this.#host.$({ nothrow: true })
    const byTimer = !(await this.#host.list(undoFolder)).includes('armed')
    // Waits for the timer's own run too, should it have begun.
    await quiet`systemctl start ${undoUnit}`
    // That was at work while a change was: doing all of it once more undoes that change, too.
    if (byTimer) await quiet`cd ${undoFolder} && mv undone armed && systemctl start ${undoUnit}`
    if ((await this.#host.list(undoFolder)).includes('armed')) await quiet`sh ${undoFolder}/undo`
    await quiet`systemctl stop ${undoTimer}`
  }
}
