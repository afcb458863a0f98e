import { expect } from 'vitest'
import type { Api } from '../api.ts'

/** Asks for something under `/_lab`, as a program on this machine does. */
export function labClient(api: Api) {
  return async (method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object) => {
    const answer = await api.inject({
      method,
      url: `/_lab${path}`,
      ...(method === 'POST'
        ? { headers: { 'content-type': 'application/json' }, payload: payload ?? {} }
        : {}),
    })
    return { status: answer.statusCode, body: answer.body ? answer.json() : undefined }
  }
}

/** Adds a fault that makes sense. */
export async function addFault(api: Api, wish: object): Promise<any> {
  const { status, body } = await labClient(api)('POST', '/faults', wish)
  expect(status).toBe(201)
  return body.fault
}
