import { setTimeout as sleep } from 'node:timers/promises'
import { disarmScript, undoFolder } from '../provision/undo/undo-script.ts'
import { Ssh } from './ssh.ts'

/** Comes in by a new connection, as who will come in next time, and takes the timer away that would undo everything. */
export async function confirmWayIn({ destination }: Ssh, leftMs: number): Promise<void> {
  const { login, nextLogin = login, ...rest } = destination
  // A third of what is left is for trying, so that an answer comes before the timer does.
  const again = await Ssh.connect(
    { ...rest, ...(nextLogin && { login: nextLogin }) },
    { patienceMs: leftMs / 3 },
  )
  try {
    const { code, stderr } = await again.run(disarmScript)
    if (code !== 0) throw new Error(`somebody came in who could not confirm it: ${stderr.trim()}`)
  } finally {
    await again.close()
  }
}

/** After a run that was cut off: waits until the way in is back, and answers which changes were undone for it. */
export async function undoneMeanwhile({ destination }: Ssh, seconds = 60): Promise<string[]> {
  const until = Date.now() + (seconds + 10) * 1000
  const look = `cd ${undoFolder} 2>/dev/null || exit 0; [ -e undone ] && cat changes || echo still armed`
  for (;;) {
    const again = await Ssh.connect(destination, { patienceMs: until - Date.now() }).catch(() => undefined)
    if (!again) return []
    const { stdout } = await again.run(look)
    await again.close()
    if (stdout !== 'still armed\n') return stdout.split('\n').filter(Boolean)
    if (Date.now() > until) return []
    await sleep(1000)
  }
}
