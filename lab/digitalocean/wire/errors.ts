/** A refusal in the API's own words: `{id, message, request_id}` under this status. */
export class ApiError extends Error {
  readonly status: number
  readonly id: string
  /** What a client should know beside the body. */
  readonly headers: Readonly<Record<string, string | number>>
  /** Said instead of `{id, message}`, where the real API has another shape. */
  readonly body: object | undefined

  constructor(
    status: number,
    id: string,
    message: string,
    more: { headers?: Record<string, string | number>; body?: object } = {},
  ) {
    super(message)
    this.status = status
    this.id = id
    this.headers = more.headers ?? {}
    this.body = more.body
  }
}

export const badRequest = (message: string) => new ApiError(400, 'bad_request', message)

export const forbidden = (message: string) => new ApiError(403, 'forbidden', message)

export const notFound = (message = 'The resource you were accessing could not be found.') =>
  new ApiError(404, 'not_found', message)

export const conflict = (message: string) => new ApiError(409, 'conflict', message)

export const preconditionFailed = (message: string) => new ApiError(412, 'precondition_failed', message)

export const unprocessable = (message: string) => new ApiError(422, 'unprocessable_entity', message)

/** 501, because the official client retries every other 5xx. */
export const notImplemented = (what: string) =>
  new ApiError(501, 'not_implemented', `The lab does not implement ${what}.`)

/** What was asked for, or a 404. */
export function found<T>(item: T | undefined): T {
  if (item === undefined) throw notFound()
  return item
}

/** A refusal as the service behind /tags words it, unlike every other's. */
export const refusedByTags = (error: string) =>
  new ApiError(400, 'bad_request', error, {
    body: { error, messages: null, root_causes: [`rpc error: code = InvalidArgument desc = ${error}`] },
  })
