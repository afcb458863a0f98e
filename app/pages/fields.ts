import { texts } from '../texts/en.ts'
import { attributes, html, type Html, type Part } from './html.ts'

const words = texts.pages.fields

/** What a form shows again after something was wrong. */
export interface Filled {
  values: Readonly<Record<string, string>>
  /** A sentence for each field that is to blame. */
  errors: Readonly<Record<string, string>>
}

interface Field {
  name: string
  label: string
  hint?: Part
}

type Input = Field & { type?: string; autocomplete: string; inputmode?: string; value?: string }

/** A label, what is to be known before typing, what was wrong with it, and where to type. */
function field(filled: Filled, { name, label, hint, ...input }: Input, more?: Part): Html {
  const error = filled.errors[name]
  const told = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  const given = attributes({
    id: name,
    name,
    type: 'text',
    ...input,
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-describedby': told || undefined,
    'aria-invalid': error !== undefined && 'true',
  })
  return html`<div class="field" ${attributes({ 'data-wrong': error !== undefined })}>
    <label for="${name}">${label}</label>
    ${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}
    ${error && html`<p class="error" id="${name}-error"><span class="unseen">${words.error}</span>${error}</p>`}
    <div class="input"><input ${given} />${more}</div>
  </div>`
}

export function emailField(
  filled: Filled,
  {
    label = words.email,
    hint,
    autocomplete = 'username',
  }: { label?: string; hint?: Part; autocomplete?: string } = {},
): Html {
  return field(filled, {
    name: 'email',
    label,
    hint,
    type: 'email',
    inputmode: 'email',
    autocomplete,
    value: filled.values['email'] ?? '',
  })
}

/** Never shows what was typed before; a script adds a button that shows what is being typed. */
export function passwordField(
  filled: Filled,
  {
    name = 'password',
    label = words.password,
    hint,
    autocomplete,
  }: Partial<Field> & { autocomplete: 'current-password' | 'new-password' },
): Html {
  return field(
    filled,
    { name, label, hint, type: 'password', autocomplete },
    html`<button
      type="button"
      class="reveal"
      aria-controls="${name}"
      aria-label="${words.showPassword}"
      data-hide="${words.hidePassword}"
      hidden
    >
      <span>${words.show}</span><span hidden>${words.hide}</span>
    </button>`,
  )
}

/** A new password, with the rules told before typing, the same everywhere. */
export function newPasswordField(filled: Filled, names: Partial<Pick<Field, 'name' | 'label'>> = {}): Html {
  return passwordField(filled, { ...names, hint: words.passwordRules, autocomplete: 'new-password' })
}

export function nameField(
  filled: Filled,
  {
    label = words.name,
    hint,
    autocomplete = 'name',
  }: { label?: string; hint?: Part; autocomplete?: string } = {},
): Html {
  const value = filled.values['name'] ?? ''
  return field(filled, { name: 'name', label, hint, autocomplete, value })
}

/** The six digits of an app, typed or pasted. */
export function codeField(filled: Filled): Html {
  return field(filled, {
    name: 'code',
    label: words.code,
    hint: words.codeHint,
    autocomplete: 'one-time-code',
    inputmode: 'numeric',
  })
}

/** One of the codes that were written down for the day on which everything else is lost. */
export function recoveryCodeField(filled: Filled): Html {
  const { recoveryCode: label, recoveryCodeHint: hint } = words
  return field(filled, { name: 'recoveryCode', label, hint, autocomplete: 'off' })
}

/** Whichever of the two is at hand. */
export function anyCodeField(filled: Filled): Html {
  return field(filled, {
    name: 'code',
    label: words.anyCode,
    hint: words.anyCodeHint,
    autocomplete: 'one-time-code',
  })
}

/** The code of a mail. It stands in the link behind #, where a script finds it and hides the field. */
export function tokenField(filled: Filled): Html {
  const value = filled.values['token'] ?? ''
  return html`<div data-token>
    ${field(filled, { name: 'token', label: words.token, hint: words.tokenHint, autocomplete: 'off', value })}
  </div>`
}

/** Tells a password manager whose password this is; nothing to see and nothing that is sent. */
export const usernameFor = (email: string): Html =>
  html`<input type="email" autocomplete="username" value="${email}" readonly hidden />`
