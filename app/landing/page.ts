import { createHash } from 'node:crypto'

/** What the landing page says. */
export interface Running {
  version: string
  release: string
  /** When this process started. */
  since: Date
}

/** The page at `/`: what runs here, and since when. No script; its style comes from a file of its own. */
export function landingPage({ version, release, since }: Running, stylePath: string): string {
  const moment = `${since.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Accounts</title>
    <link rel="icon" href="/icon.svg">
    <link rel="stylesheet" href="${escape(stylePath)}">
  </head>
  <body>
    <main>
      <p class="status"><span class="dot" aria-hidden="true"></span>Up and running</p>
      <h1>Accounts</h1>
      <p class="lead">Sign-up and sign-in will live here. For now this page tells what is being served.</p>
      <dl>
        <div><dt>Version</dt><dd>${escape(version)}</dd></div>
        <div><dt>Release</dt><dd><code>${escape(release.slice(0, 12))}</code></dd></div>
        <div><dt>Since</dt><dd><time datetime="${since.toISOString()}">${moment}</time></dd></div>
      </dl>
      <nav aria-label="Machine-readable">
        <a href="/healthz">Health</a>
        <a href="/version">Version</a>
      </nav>
    </main>
  </body>
</html>
`
}

/** A path that changes with the style, so that browsers can keep it for a year. */
export function stylePathOf(style: string): string {
  return `/style.${createHash('sha256').update(style).digest('hex').slice(0, 10)}.css`
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
