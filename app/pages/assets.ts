import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

interface Asset {
  /** Changes with the content, so that browsers can keep it for a year. */
  path: string
  type: string
  content: string
}

// Both as source and in a bundle these lie beside the code.
export const style = asset('style', 'css', 'text/css', new URL('./style.css', import.meta.url))
export const adminStyle = asset('admin', 'css', 'text/css', new URL('./admin.css', import.meta.url))
export const script = asset('pages', 'js', 'text/javascript', new URL('./pages.js', import.meta.url))
export const passkeys = asset('passkeys', 'js', 'text/javascript', new URL('./passkeys.js', import.meta.url))
const icon = readFileSync(new URL('./icon.svg', import.meta.url), 'utf8')

/** All that a page loads; the same for everybody, so no session is looked up for it. */
export function assets(app: FastifyInstance): void {
  for (const { path, type, content } of [style, adminStyle, script, passkeys])
    app.get(path, (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=31536000, immutable').send(content),
    )
  app.get('/icon.svg', (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'public, max-age=86400').send(icon),
  )
}

function asset(name: string, ending: string, type: string, file: URL): Asset {
  const source = readFileSync(file, 'utf8')
  const content = withoutAir(ending === 'css' ? source.replaceAll(/\/\*[^]*?\*\//g, '') : bare(source))
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 10)
  return { path: `/${name}.${hash}.${ending}`, type: `${type}; charset=utf-8`, content }
}

/** What is there for people who read the source is not sent. */
function withoutAir(text: string): string {
  return text.replaceAll(/\n\s+/g, '\n')
}

/** A script without the comments that have lines of their own. */
function bare(source: string): string {
  return source.replaceAll(/^\s*\/\*\*[^]*?\*\/\n/gm, '').replaceAll(/^\s*\/\/.*\n/gm, '')
}
