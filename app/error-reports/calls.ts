/** The stack of an error without its message, which may be of several lines and hold what was typed. */
export function callsOf({ stack = '', message }: Error): string {
  const at = stack.indexOf(message)
  const calls = at === -1 ? stack : stack.slice(at + message.length)
  return calls
    .split('\n')
    .filter((text) => text.startsWith('    at '))
    .join('\n')
}
