/** Runs what concerns one host one after the other: nobody boots what is being destroyed. */
export function inTurn(): <T>(id: number, work: () => Promise<T>) => Promise<T> {
  const last = new Map<number, Promise<unknown>>()
  return (id, work) => {
    const turn = (last.get(id) ?? Promise.resolve()).then(work, work)
    last.set(id, turn)
    return turn
  }
}
