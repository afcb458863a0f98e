/** Who has shown who they are, and the account's generation from before they did. */
export interface Shown {
  accountId: string
  generation: number
}
