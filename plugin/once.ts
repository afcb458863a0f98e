/** Makes a thing at the first call and answers the same ever after; a failure is kept too, for the process is short. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
