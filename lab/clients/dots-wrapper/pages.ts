interface List {
  links?: { pages?: { next?: string } }
  meta?: { total?: number }
}

/** All items of a list, asked for in small pages until none is left. */
export async function pages<Key extends string, Item>(
  key: Key,
  list: (page: { page: number; per_page: number }) => Promise<{ data: List & Record<Key, Item[]> }>,
): Promise<Item[]> {
  const items: Item[] = []
  for (let page = 1; ; page++) {
    const { data } = await list({ page, per_page: 2 })
    items.push(...data[key])
    if (data.links?.pages?.next) continue
    if (data.meta?.total === items.length) return items
    throw new Error(`${items.length} ${key} on all pages, and a total of ${data.meta?.total}`)
  }
}
