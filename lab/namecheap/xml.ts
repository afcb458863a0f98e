/** An element, its attributes in the order in which Namecheap writes them. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | boolean>> = {},
  content: string | readonly string[] = '',
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value))}"`)
  const inner = typeof content === 'string' ? content : content.join('')
  return inner === '' ? `<${name}${written.join('')} />` : `<${name}${written.join('')}>${inner}</${name}>`
}

/** Text as content or as an attribute's value. */
export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** The frame around every answer, also around a refusal, which is HTTP 200 like the rest. */
export function envelope({ command, result, error, ms }: Enveloped): string {
  const ok = error === undefined
  const errors = error ? [element('Error', { Number: error.number }, escape(error.text))] : []
  const response = element(
    'ApiResponse',
    { Status: ok ? 'OK' : 'ERROR', xmlns: 'http://api.namecheap.com/xml.response' },
    [
      element('Errors', {}, errors),
      element('Warnings'),
      // In lower case, whatever the request wrote.
      element('RequestedCommand', {}, command ? escape(command.toLowerCase()) : ''),
      ...(command ? [element('CommandResponse', { Type: command }, result ?? '')] : []),
      element('Server', {}, 'LAB'),
      // Two dashes: as the real one writes it.
      element('GMTTimeDifference', {}, '--5:00'),
      element('ExecutionTime', {}, (ms / 1000).toFixed(3)),
    ],
  )
  return `<?xml version="1.0" encoding="utf-8"?>\n${response}\n`
}

interface Enveloped {
  /** Absent when who asks was refused: then no command was looked at. */
  command?: string | undefined
  result?: string | undefined
  error?: { number: string; text: string } | undefined
  ms: number
}
