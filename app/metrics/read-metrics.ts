import { setTimeout as sleep } from 'node:timers/promises'
import type { Parts } from '../parts.ts'
import { counted, type Counted } from './counters.ts'
import type { EventLoop } from './event-loop.ts'
import type { Metric, Sample } from './text.ts'

const queryTimeoutMs = 2000

/** What knows the numbers. */
export type MetricParts = Pick<Parts, 'db' | 'passwords' | 'counters'>

/** All numbers of this process, and those of the outbox, which all processes share. */
export async function readMetrics(
  { db, passwords, counters }: MetricParts,
  eventLoop: EventLoop,
): Promise<Metric[]> {
  const outbox = await readOutbox(db)
  const { running, waiting, refused } = passwords.queue.depth
  const delay = eventLoop.read()
  return [
    ...(Object.entries(counted) as [Counted, string][]).map(([event, help]) =>
      counter(`accounts_${event.replaceAll('-', '_')}_total`, help, [{ value: counters.of(event) }]),
    ),
    counter(
      'accounts_requests_total',
      'Answers by site and class of status',
      counters.requests.map(({ site, status, count }) => ({ labels: { site, status }, value: count })),
    ),
    gauge('accounts_hashes_running', 'Passwords that are being hashed', running),
    gauge('accounts_hashes_waiting', 'Passwords that wait to be hashed', waiting),
    counter('accounts_hashes_refused_total', 'Passwords that found no place in the queue', [
      { value: refused },
    ]),
    gauge('accounts_database_up', 'Whether Postgres answers', outbox ? 1 : 0),
    // Without a database nobody knows, and nought would be a lie.
    ...(outbox
      ? [
          gauge('accounts_mails_waiting', 'Mails in the outbox', outbox.waiting),
          gauge('accounts_mails_oldest_seconds', 'For how long the oldest waits', outbox.oldestSeconds),
        ]
      : []),
    {
      name: 'accounts_event_loop_delay_seconds',
      type: 'gauge',
      help: 'How long what is ready waits, since this was read before',
      samples: [
        { labels: { quantile: '0.5' }, value: delay.median },
        { labels: { quantile: '0.99' }, value: delay.p99 },
        { labels: { quantile: '1' }, value: delay.max },
      ],
    },
    gauge('process_resident_memory_bytes', 'Memory of this process', process.memoryUsage.rss()),
    gauge('process_start_time_seconds', 'Since 1970', Math.round(Date.now() / 1000 - process.uptime())),
  ]
}

async function readOutbox(db: MetricParts['db']) {
  const query = db<[{ waiting: number; oldestSeconds: number }]>`
    select count(*)::int as waiting, coalesce(extract(epoch from now() - min(created_at)), 0)::int as oldest_seconds
    from outbox`
  const late = sleep(queryTimeoutMs, undefined, { ref: false })
  return Promise.race([query, late]).then(
    (rows) => rows?.[0],
    () => undefined,
  )
}

const counter = (name: string, help: string, samples: Sample[]): Metric => ({
  name,
  type: 'counter',
  help,
  samples,
})
const gauge = (name: string, help: string, value: number): Metric => ({
  name,
  type: 'gauge',
  help,
  samples: [{ value }],
})
