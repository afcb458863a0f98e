/** Markup that may be sent as it is. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

export type Part = Html | string | number | false | null | undefined | readonly Part[]

// Indentation is for who reads the source.
const closed = new WeakMap<TemplateStringsArray, readonly string[]>()

/** A template in which every text is text: only what came out of this same template is markup. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  const raw = closed.get(strings) ?? strings.map((text) => text.replaceAll(/\s*\n\s*/g, '\n'))
  closed.set(strings, raw)
  return new Html(String.raw({ raw }, ...parts.map(written)))
}

/** `name="value"` for each that is there; true stands for the bare name. */
export function attributes(values: Record<string, string | number | boolean | undefined>): Html {
  const shown = Object.entries(values).filter(([, value]) => value !== undefined && value !== false)
  return new Html(
    shown.map(([name, value]) => (value === true ? name : `${name}="${escape(String(value))}"`)).join(' '),
  )
}

function written(part: Part): string {
  if (part instanceof Html) return part.text
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part))
  return part ? part.map(written).join('') : ''
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}
