const timeoutMs = 2000

/** What the database answers, or an error once that takes too long for who only wants to know how it is. */
export async function inTime<Answer>(query: Promise<Answer>): Promise<Answer> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const error = new Error(`no answer within ${timeoutMs / 1000} s`)
    late.reject(Object.assign(error, { code: 'TIMEOUT' }))
  }, timeoutMs)
  try {
    return await Promise.race([query, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
