import type { Queries } from '../database/connect.ts'

/** What can happen to an account; pages say each in words. */
export type Event =
  | 'account-created'
  | 'account-changed'
  | 'account-leaving'
  | 'account-kept'
  | 'account-disabled'
  | 'account-enabled'
  | 'account-imported'
  | 'address-change-asked'
  | 'address-changed'
  | 'address-change-undone'
  | 'data-exported'
  | 'factor-added'
  | 'factor-removed'
  | 'factor-failed'
  | 'recovery-codes-made'
  | 'recovery-code-used'
  | 'password-changed'
  | 'password-reset'
  | 'reset-asked'
  | 'role-changed'
  | 'sessions-ended'
  | 'signed-in'
  | 'signed-out'
  | 'sign-in-failed'
  | 'confirmed'

export interface Entry {
  accountId: string
  event: Event
  /** Who asked; a command on the host has neither. */
  client?: Client
  /** The admin who did it to somebody else. */
  actorId?: string
  details?: Record<string, string | number | boolean>
}

/** Where a request comes from, in the words of http/client.ts. */
export interface Client {
  device: string
  network: string
}

export async function record(
  db: Queries,
  { accountId, event, client, actorId, details = {} }: Entry,
): Promise<void> {
  await db`
    insert into history (account_id, event, actor_id, device, network, details)
    values (${accountId}, ${event}, ${actorId ?? null}, ${client?.device ?? ''}, ${client?.network ?? ''},
      ${db.json(details)})`
}
