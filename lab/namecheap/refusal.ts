/** A refusal under the number of Namecheap's list of error codes. */
export class ApiRefusal extends Error {
  readonly number: string
  /** What the real one shows of the result all the same. */
  readonly result: string | undefined

  constructor(number: string, text: string, result?: string) {
    super(text)
    this.number = number
    this.result = result
  }
}
