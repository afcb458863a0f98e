/** Whether two lines are one OpenSSH key: the comment at the end is nobody's identity. */
export const sameKey = (one: string, other: string): boolean => coreOf(one) === coreOf(other)
const coreOf = (line: string): string => line.trim().split(/\s+/).slice(0, 2).join(' ')
