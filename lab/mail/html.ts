/** Markup that is safe to send: made by `html`, which escapes whatever is put in. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Piece = string | number | Markup | null | false | readonly Piece[]

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A template whose values are text, never markup, unless they are Markup themselves. */
export function html(parts: TemplateStringsArray, ...values: Piece[]): Markup {
  return new Markup(parts.map((part, index) => part + render(values[index] ?? null)).join(''))
}

/** The text with its links made clickable. */
export function linked(text: string, links: RegExp): Markup[] {
  const pieces: Markup[] = []
  let end = 0
  for (const { 0: link, index } of text.matchAll(links)) {
    pieces.push(html`${text.slice(end, index)}<a href="${link}" target="_blank" rel="noreferrer">${link}</a>`)
    end = index + link.length
  }
  return [...pieces, html`${text.slice(end)}`]
}

function render(value: Piece): string {
  if (value === null || value === false) return ''
  if (value instanceof Markup) return value.text
  if (typeof value === 'object') return value.map(render).join('')
  return String(value).replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}
