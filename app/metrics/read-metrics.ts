import { inTime } from '../health/in-time.ts'
import type { Parts } from '../parts.ts'
import { counted, type Counted } from './counters.ts'
import type { EventLoop } from './event-loop.ts'
import type { Metric, Sample } from './text.ts'

/** What knows the numbers. */
export type MetricParts = Pick<Parts, 'outbox' | 'passwords' | 'counters'>

/** All numbers of this process, and those of the outbox, which all processes share. */
export async function readMetrics(
  { outbox, passwords, counters }: MetricParts,
  eventLoop: EventLoop,
): Promise<Metric[]> {
  const mails = await inTime(outbox.depth()).catch(() => undefined)
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
    gauge('accounts_database_up', 'Whether Postgres answers', mails ? 1 : 0),
    // Without a database nobody knows, and nought would be a lie.
    ...(mails
      ? [
          gauge('accounts_mails_waiting', 'Mails in the outbox', mails.waiting),
          gauge('accounts_mails_oldest_seconds', 'For how long the oldest waits', mails.oldestSeconds),
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
