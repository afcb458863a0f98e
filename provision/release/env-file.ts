import { OperatorError } from '../errors.ts'

/** Settings in the form of systemd's EnvironmentFile; `parseEnv` reads it back exactly. */
export function formatEnv(settings: Record<string, string>): string {
  const lines = Object.entries(settings)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      // The name may be shown, the value never.
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) refuse(name, "isn't a name that an environment can hold")
      if (value.includes('\0')) refuse(name, 'holds a NUL character')
      return `${name}="${value.replaceAll(/[\\"$`]/g, '\\$&')}"\n`
    })
  return lines.join('')
}

export function parseEnv(text: string): Record<string, string> {
  const entries = [...text.matchAll(/^([A-Za-z_]\w*)="((?:[^"\\]|\\[^])*)"$/gm)]
  return Object.fromEntries(
    entries.map(([, name = '', value = '']) => [name, value.replaceAll(/\\([\\"$`])/g, '$1')]),
  )
}

/** The names of settings that differ, never their values. */
export function changedNames(before: Record<string, string>, after: Record<string, string>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return names.filter((name) => before[name] !== after[name])
}

function refuse(name: string, why: string): never {
  throw new OperatorError(`setting ${name} can't be given to the app`, {
    why: `setting ${JSON.stringify(name)} ${why}`,
    fix: "correct it in the stack's settings",
  })
}
