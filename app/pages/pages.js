// Makes pages better that work without it.

const summary = document.querySelector('.summary')
if (summary instanceof HTMLElement) summary.focus()

// The code of a mailed link stands behind #, which no server sees; it does not stay in the browser's history either.
const token = document.querySelector('[data-token] input')
if (token instanceof HTMLInputElement) {
  const given = location.hash.slice(1)
  if (given) {
    token.value = given
    history.replaceState(null, '', location.pathname + location.search)
  }
  const wrapped = token.closest('[data-token]')
  if (token.value && wrapped instanceof HTMLElement) wrapped.hidden = true
} else if (location.hash.length > 40) {
  // On the way to a page that wants it: whoever has to sign in first takes it along.
  for (const form of document.forms) if (form.action.includes('next=')) form.action += location.hash
}

// What was just done is said once, not again when the page is loaded again.
const here = new URL(location.href)
if (here.searchParams.has('done')) {
  here.searchParams.delete('done')
  history.replaceState(null, '', here)
}

for (const time of document.querySelectorAll('time')) {
  /** @type {Intl.DateTimeFormatOptions} */
  const form = { dateStyle: 'long', ...('minute' in time.dataset && { timeStyle: 'short' }) }
  time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, form)
}

// A session that nobody uses ends; whoever only reads or types is told in time to go on with it.
const ending = document.querySelector('[data-idle-minutes]')
if (ending instanceof HTMLElement) {
  const warn = () =>
    setTimeout(() => (ending.hidden = false), (Number(ending.dataset['idleMinutes']) - 2) * 60_000)
  let timer = warn()
  const goOn = async () => {
    const { ok } = await fetch('/api/session')
    if (!ok) return location.reload()
    ending.hidden = true
    clearTimeout(timer)
    timer = warn()
  }
  ending.querySelector('button')?.addEventListener('click', () => void goOn())
}

for (const button of document.querySelectorAll('.reveal')) {
  const input = document.getElementById(button.getAttribute('aria-controls') ?? '')
  if (!(button instanceof HTMLButtonElement) || !(input instanceof HTMLInputElement)) continue
  const show = button.ariaLabel
  const hide = button.dataset['hide'] ?? null
  /** @param {boolean} shown */
  const reveal = (shown) => {
    input.type = shown ? 'text' : 'password'
    button.ariaLabel = shown ? hide : show
    for (const [index, word] of [...button.children].entries())
      if (word instanceof HTMLElement) word.hidden = (index === 1) !== shown
  }
  button.hidden = false
  button.addEventListener('click', () => reveal(input.type === 'password'))
  // A password manager looks for a password field, and nobody should read it on the way out.
  input.form?.addEventListener('submit', () => reveal(false))
}
