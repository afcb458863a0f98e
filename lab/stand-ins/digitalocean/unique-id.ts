let count = 0

/** An id as Terraform makes them up: 18 digits of the time, and a count. */
export function uniqueId(prefix: string): string {
  const [date = '', fraction = ''] = new Date()
    .toISOString()
    .replaceAll(/[-:TZ]/g, '')
    .split('.')
  count += 1
  return `${prefix}${date}${fraction.padEnd(4, '0')}${count.toString(16).padStart(8, '0')}`
}
