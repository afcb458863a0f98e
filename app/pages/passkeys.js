// Passkeys: to sign in with, to show who it is, and to make one. Loaded only where there is one to ask for.

/**
 * @param {string} path
 * @param {object} body
 */
async function post(path, body) {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  const said = answer.status === 204 ? {} : await answer.json()
  if (!answer.ok) throw new Error(said.error.message)
  return said
}

const askedFor = () => post('/api/session/passkey/options', {})

/**
 * Asks for a passkey and shows it to the service.
 * @param {PublicKeyCredentialRequestOptionsJSON} options
 * @param {string} path
 * @param {CredentialRequestOptions} [how]
 */
async function showPasskey(options, path, how) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  const passkey = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey, ...how }))
  await post(path, { passkey: passkey.toJSON() })
}

/**
 * Does it, and says beside the button what went wrong; a person who closes the browser's own window knows.
 * @param {Element} beside
 * @param {() => Promise<unknown>} work
 * @returns {Promise<unknown>} what it was, if anything
 */
async function attempt(beside, work) {
  const problem = beside.querySelector('[role=alert]')
  if (!(problem instanceof HTMLElement)) return undefined
  problem.hidden = true
  try {
    await work()
    return undefined
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'AbortError' || error.name === 'NotAllowedError')
      return error
    problem.textContent = error.message
    problem.hidden = false
    return error
  }
}

// A challenge is good for five minutes.
const renewedEveryMs = 4 * 60 * 1000

/**
 * Offers passkeys in the list that opens under the address, never in a window that nobody asked for, for as long as the
 * page is open: with a new challenge before the one before it is too old, and once a passkey was refused.
 * @param {HTMLFormElement} form
 * @param {string} next
 */
async function offerPasskeys(form, next) {
  const leaving = new AbortController()
  form.addEventListener('submit', () => leaving.abort())
  for (;;) {
    await shown()
    // Whoever types a password need not hear that it can't be had.
    const options = await askedFor().catch(() => undefined)
    if (!options || leaving.signal.aborted) return
    const tooOld = new AbortController()
    const timer = setTimeout(() => tooOld.abort(), renewedEveryMs)
    const how = {
      mediation: /** @type {const} */ ('conditional'),
      signal: AbortSignal.any([leaving.signal, tooOld.signal]),
    }
    const failed = await attempt(form, async () => {
      await showPasskey(options, '/api/session/passkey', how)
      goOn(next)
    })
    clearTimeout(timer)
    if (failed === undefined || (failed instanceof DOMException && !tooOld.signal.aborted)) return
  }
}

/** Waits until somebody looks at the page: those that lie in the background ask for nothing. */
async function shown() {
  while (document.visibilityState === 'hidden')
    await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }))
}

if ('PublicKeyCredential' in globalThis && 'parseRequestOptionsFromJSON' in PublicKeyCredential) {
  const button = document.querySelector('button[data-passkey]')
  if (button instanceof HTMLButtonElement && button.parentElement) {
    const { passkey = '', next = '/' } = button.dataset
    const { parentElement } = button
    button.hidden = false
    button.addEventListener('click', () => {
      void attempt(parentElement, async () => {
        await showPasskey(await askedFor(), passkey)
        goOn(next)
      })
    })
  }

  const username = document.querySelector('[autocomplete~=webauthn]')
  const form = username instanceof HTMLInputElement ? username.form : null
  if (form && (await PublicKeyCredential.isConditionalMediationAvailable?.())) {
    void offerPasskeys(form, new URL(form.action).searchParams.get('next') ?? '/')
  }

  const enrolment = document.querySelector('form[data-new-passkey]')
  if (enrolment instanceof HTMLFormElement) {
    enrolment.addEventListener('submit', (event) => {
      event.preventDefault()
      void attempt(enrolment, () => addPasskey(enrolment))
    })
  }
}

/** @param {string} next */
function goOn(next) {
  // The code of a mail, if there is one, goes along.
  location.assign(next + location.hash)
}

/** @param {HTMLFormElement} form */
async function addPasskey(form) {
  const { newPasskey: path = '', next = '/' } = form.dataset
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await post(`${path}/options`, {}))
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }))
  const name = form.querySelector('input')?.value ?? ''
  const { recoveryCodes } = await post(path, { ...(name && { name }), passkey: made.toJSON() })
  const [before, after] = [document.querySelector('[data-enrolment]'), document.querySelector('[data-codes]')]
  const list = after?.querySelector('ol')
  if (!recoveryCodes || !list || !(after instanceof HTMLElement)) return location.assign(next)
  for (const code of recoveryCodes) {
    const line = document.createElement('li')
    line.append(Object.assign(document.createElement('code'), { textContent: code }))
    list.append(line)
  }
  before?.remove()
  after.hidden = false
  document.getElementById('main')?.focus()
}
