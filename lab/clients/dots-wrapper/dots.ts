import type { createApiClient } from 'dots-wrapper'

/** The client, as dots-wrapper makes it. */
export type Dots = ReturnType<typeof createApiClient>
