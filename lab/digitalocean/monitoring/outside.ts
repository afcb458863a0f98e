/** A mail that the cloud sends. */
export interface Notice {
  to: string[]
  subject: string
  text: string
}

/** What monitoring needs of the world around the API. */
export interface Outside {
  sendMail(notice: Notice): Promise<void>
  /** The IPv4 address that the account's own zones give a name. */
  resolve(name: string): string | undefined
  /** PEM of the roots to trust beside the usual ones. */
  roots(): Promise<string>
}

/** Nobody to write to, and no names but the machine's. */
export const nowhere: Outside = {
  sendMail: () => Promise.reject(new Error('this API was given no way to send mail')),
  resolve: () => undefined,
  roots: () => Promise.resolve(''),
}
