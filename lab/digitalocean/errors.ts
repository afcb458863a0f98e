/** A refusal in the API's own words: `{id, message, request_id}` under this status. */
export class ApiError extends Error {
  readonly status: number
  readonly id: string

  constructor(status: number, id: string, message: string) {
    super(message)
    this.status = status
    this.id = id
  }
}

export const notFound = (message = 'The resource you were accessing could not be found.') =>
  new ApiError(404, 'not_found', message)

export const unprocessable = (message: string) => new ApiError(422, 'unprocessable_entity', message)

/** 501, because the official client retries every other 5xx. */
export const notImplemented = (what: string) =>
  new ApiError(501, 'not_implemented', `The lab does not implement ${what}.`)

/** What was asked for, or a 404. */
export function found<T>(item: T | undefined): T {
  if (item === undefined) throw notFound()
  return item
}
