import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { attack } from './run.ts'
import type { Target } from './target.ts'

const usage = `npm run attacks -- https://app.example.com [options]

  --admin ORIGIN     the admins' site, to be attacked too
  --mailbox URL      where mails to example.net can be read: the lab's mail page
  --ca FILE          roots of its certificates, where the machine has them not
  --address IP       where both hosts are, whatever DNS says
  --only WORDS       attacks whose name holds these words

  It signs people up at a service that limits how fast one network may do so,
  and waits as long as it is told to: half an hour for all of them. Never aim
  it at a site that is not yours.
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    admin: { type: 'string' },
    mailbox: { type: 'string' },
    ca: { type: 'string' },
    address: { type: 'string' },
    only: { type: 'string' },
  },
})
const [app] = positionals
if (app === undefined || positionals.length > 1) {
  process.stderr.write(usage)
  process.exitCode = 2
} else {
  const target: Target = {
    app,
    admin: values.admin,
    address: values.address,
    ca: values.ca === undefined ? undefined : await readFile(values.ca, 'utf8'),
    mailbox: mailboxAt(values.mailbox),
  }
  const outcomes = await attack(
    target,
    ({ name, through, blocked }) => {
      const [mark, why] = through
        ? ['✗', `: ${through}`]
        : blocked
          ? ['-', `: not tried, ${blocked}`]
          : ['✓', '']
      console.log(`${mark} ${name}${why}`)
    },
    values.only,
  )
  const through = outcomes.filter((outcome) => outcome.through).length
  const blocked = outcomes.filter((outcome) => outcome.blocked).length
  console.log(
    `\n${through} of ${outcomes.length - blocked} got through${blocked > 0 ? `, ${blocked} not tried` : ''}`,
  )
  process.exitCode = through > 0 ? 1 : 0
}

interface Listed {
  id: string
  to: string[]
  subject: string
}

/** The mailbox of the lab, read as programs read it; each mail is handed out once. */
function mailboxAt(url: string | undefined): Target['mailbox'] {
  const read = new Set<string>()
  return {
    async next(to) {
      if (url === undefined) throw new Error('no mailbox was named')
      for (const lastLook = Date.now() + 30_000; Date.now() < lastLook; await sleep(200)) {
        const mails = (await (await fetch(new URL('/messages?limit=200', url))).json()) as Listed[]
        const found = mails.findLast(
          (mail) => !read.has(mail.id) && JSON.stringify(mail.to).toLowerCase().includes(to.toLowerCase()),
        )
        if (!found) continue
        read.add(found.id)
        const { text = '' } = (await (await fetch(new URL(`/messages/${found.id}`, url))).json()) as {
          text?: string
        }
        return { subject: found.subject, text, code: /#([\w-]{43})/.exec(text)?.[1] ?? '' }
      }
      throw new Error(`no mail came to ${to} within 30 s`)
    },
  }
}
