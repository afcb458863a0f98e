import { OperatorError } from './errors.ts'

/** Fills in `{{ name }}`; a name without a value is an error, so that no half-rendered file reaches a host. */
export function renderTemplate(name: string, text: string, values: Record<string, string>): string {
  return text.replaceAll(/\{\{\s*([\w.-]+)\s*\}\}/g, (_match, key: string) => {
    const value = values[key]
    if (value !== undefined) return value
    throw new OperatorError(`template ${name}: no value for {{ ${key} }}`, {
      why: `template ${name} names {{ ${key} }}, and there is ${known(values)}`,
      fix: `correct the name in the template of ${name}`,
    })
  })
}

function known(values: Record<string, string>): string {
  const names = Object.keys(values)
  return names.length === 0 ? 'nothing to fill in' : `only ${names.join(', ')}`
}

/** Renders the template of a host's file; a file without one is an error that names it. */
export type Render = (path: string, values?: Record<string, string>) => string

export function renderer(templates: Record<string, string>): Render {
  return (path, values = {}) => {
    const text = templates[path]
    if (text !== undefined) return renderTemplate(path, text, values)
    throw new OperatorError(`no template for ${path}`, {
      why: `there are templates for ${Object.keys(templates).join(', ') || 'nothing'}`,
      fix: `add templates${path}.tmpl`,
    })
  }
}
