import assert from 'node:assert/strict'

/** What dots-wrapper throws: axios's own error, with the API's answer in it. */
interface Refusal extends Error {
  isAxiosError: true
  response?: { status: number; headers: Record<string, string>; data: Record<string, string> }
}

/** Holds when the API refuses with this status, and in these words if any are given. */
export async function refused(request: Promise<unknown>, status: number, message?: string): Promise<void> {
  const error = await request.then(
    () => assert.fail(`not refused, where ${status} was due`),
    (thrown: unknown) => thrown as Refusal,
  )
  assert.ok(error.isAxiosError, error.stack ?? error.message)
  const { status: seen, headers, data } = error.response ?? assert.fail(error.message)
  // A 400 has a form of its own: https://docs.digitalocean.com/reference/api/digitalocean/#tag/Tags
  const said = seen === 400 ? data['error'] : data['message']
  assert.equal(seen, status, said ?? error.message)
  assert.ok(said && headers['x-request-id'], `${status} without words or without an id of the request`)
  if (seen !== 400) assert.ok(data['id'] && data['request_id'], `${status} without id or request_id`)
  if (message) assert.equal(said, message)
}
