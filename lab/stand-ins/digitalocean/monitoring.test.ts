import { expect, test } from 'vitest'
import { failures, shortages } from '../../../infra/monitoring.ts'
import { startPlugin } from './testing.ts'

test('the API takes every alert that the program asks for, and shows it as asked', async () => {
  const { make, diff } = await startPlugin()
  const { id } = await make('Droplet', {
    image: 'debian-13-x64',
    size: 's-1vcpu-512mb-10gb',
    region: 'fra1',
    monitoring: true,
  })
  const recipients = { emails: ['ops@example.com'] }
  for (const { id: _, ...shortage } of shortages) {
    const program = { ...shortage, compare: 'GreaterThan', entities: [id], alerts: recipients }
    expect(await diff(await make('MonitorAlert', program), program)).toEqual([])
  }
  const target = 'https://www.example.com'
  const check = await make('UptimeCheck', { target, type: 'https', regions: ['us_east', 'eu_west'] })
  for (const { id: _, ...failure } of failures) {
    const program = { ...failure, checkId: check.id, notifications: [recipients] }
    expect(await diff(await make('UptimeAlert', program), program)).toEqual([])
  }
})
