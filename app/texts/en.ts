import { pages } from './en-pages.ts'

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

// Every sentence that people read, in one place: a second language is a second file of this shape.
export const texts = {
  language: 'en-GB',
  /** Dates in the time zone of everybody. Node's Intl writes the same with 8 MB of memory. */
  dates: {
    /** `7 December 2026` */
    day: (date: Date): string =>
      `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`,
    /** `7 December 2026 at 09:05 UTC` */
    minute: (date: Date): string => `${texts.dates.day(date)} at ${date.toISOString().slice(11, 16)} UTC`,
  },
  pages,
  errors: {
    BAD_REQUEST: 'This request could not be understood',
    BODY_TOO_LARGE: 'This is more than any form here sends',
    BUSY: 'Many people are signing in right now. Try again in a moment',
    CONFIRM_FIRST: 'Show that it is you before you change this',
    CROSS_SITE: 'This came from another site and was refused',
    ENROL_FACTOR_FIRST: 'Add a second factor first: an authenticator app or a passkey',
    FACTOR_NEEDED: 'Show your second factor too',
    FACTORS_FULL: 'There are 20 passkeys already. Remove one first',
    INTERNAL: 'Something went wrong on our side',
    INVALID_INPUT: 'There is a problem with what was sent',
    LAST_FACTOR: 'Admins keep at least one second factor. Add another before you remove this one',
    LINK_INVALID: 'This link was used already, is too old, or is not complete. Ask for a new one',
    MALFORMED_JSON: 'This is no JSON',
    METHOD_NOT_ALLOWED: 'This address does not take that method',
    MISDIRECTED: 'This server does not answer to that host name',
    NOT_ACTIVE: 'This account is not active',
    NOT_ALLOWED: 'Your account may not do this',
    NOT_FOUND: 'There is nothing at this address',
    NOT_SIGNED_IN: 'You are not signed in',
    NOT_YOURSELF: 'Another admin has to do this to your account',
    PASSWORD_REFUSED: 'Choose another password',
    SIGN_IN_AGAIN: 'Sign in again: this took too long, or too many codes were wrong',
    SIGN_UPS_OFF: 'New accounts can not be created here',
    TOO_MANY_TRIES: 'Too many tries. Wait a little, then try again',
    UNAVAILABLE: 'We can not reach our database right now. Try again in a moment',
    UNSUPPORTED_MEDIA_TYPE: 'This content type is not taken here',
    WRONG_CODE: 'This code is wrong or too old',
    WRONG_CREDENTIALS: 'Email or password is wrong',
    WRONG_PASSKEY: 'This passkey could not be used here. Try again, or take another way',
    WRONG_PASSWORD: 'This password is wrong',
  },
  fields: {
    missing: 'Fill this in',
    unknown: 'There is no such field',
    wrongType: 'This is not what belongs here',
    tooLong: 'This is too long',
    email: 'Enter an email address in the form name@example.com',
    sameEmail: 'This is your address already',
    text: 'Leave out control characters',
  },
  passwords: {
    tooShort: 'Use at least 8 characters',
    tooLong: 'Use at most 1024 bytes',
    common: 'This password is on lists that attackers try first',
    context: 'Leave out your name, your address and the name of this site',
  },
  /** What is added and removed, in mails. */
  factors: {
    totp: 'an authenticator app',
    passkey: 'a passkey',
  },
  api: { app: 'Accounts', admin: 'Accounts, for admins' },
  done: {
    signUp: 'We have sent you a mail. Follow the link in it within 24 hours',
    activated: 'Your account is ready. Sign in',
    recovery:
      'If there is an account with this address, we have sent a mail to it. The link works for one hour',
    reset: 'Your password is changed, and you are signed out everywhere. Sign in',
    addressAsked:
      'We have sent a mail to the new address. Follow the link in it within 24 hours, where you are signed in',
    addressChanged: 'Your account has its new address, and you are signed out everywhere else',
    addressUndone:
      'Your account has its old address again, and everybody is signed out. We have sent you a mail to choose a new password',
    leaving: 'Your account is closed. We have sent you a mail that says until when you can keep it after all',
    kept: 'Your account stays. Sign in',
    notMe: 'Everybody is signed out of your account. Choose a new password now',
  },
  mails: {
    'sign-up': {
      subject: 'Confirm your address for {site}',
      body: `Welcome. One more step, and your account is ready:

{link}

The link works for 24 hours, once. If you did not ask for an account, do nothing: without this step there is none.`,
    },
    'already-registered': {
      subject: 'You have an account at {site} already',
      body: `Somebody, probably you, asked for a new account with this address. There is one already: sign in at

{origin}/sign-in

or, if the password is lost, choose a new one at

{origin}/recover

If it was not you, there is nothing to do.`,
    },
    reset: {
      subject: 'Choose a new password for {site}',
      body: `Somebody, probably you, asked for a new password. Choose it here:

{link}

The link works for one hour, once. If it was not you, do nothing: your password stays as it is.`,
    },
    'reset-by-admin': {
      subject: 'Choose a new password for {site}',
      body: `The people who run {site} ask you to choose a new password. Do it here:

{link}

The link works for one hour, once. Until then your password stays as it is; nobody but you learns the new one.`,
    },
    'account-disabled': {
      subject: 'Your account at {site} was disabled',
      body: `The people who run {site} have disabled your account: you are signed out, and can not sign in.

{reason}`,
    },
    'account-enabled': {
      subject: 'Your account at {site} works again',
      body: `The people who run {site} have enabled your account: you can sign in again at

{origin}/sign-in`,
    },
    'made-admin': {
      subject: 'You are an admin of {site} now',
      body: `The people who run {site} have made your account one of their own. Sign in to it at

{adminOrigin}`,
    },
    'made-member': {
      subject: 'You are no longer an admin of {site}',
      body: `Your account at {site} goes on as that of every other member. Sign in at

{origin}/sign-in`,
    },
    'password-changed': {
      subject: 'Your password for {site} was changed',
      body: `The password of your account was changed just now, from {device}.

If it was not you, end all sessions at once, then choose a new password:

{link}`,
    },
    'factor-added': {
      subject: 'A second factor was added to your account at {site}',
      body: `Somebody, probably you, added {factor} as a second factor to your account, from {device}.

If it was not you, end all sessions at once, then choose a new password:

{link}`,
    },
    'first-factor-added': {
      subject: 'A second factor was added to your account at {site}',
      body: `Somebody, probably you, added {factor} as a second factor to your account, from {device}. From now on
signing in asks for it.

If it was not you, follow this link within three days: it ends all sessions and takes the factor away. Then choose a new
password:

{link}`,
    },
    'factor-removed': {
      subject: 'A second factor was removed from your account at {site}',
      body: `Somebody, probably you, removed {factor} from the second factors of your account, from {device}.

If it was not you, end all sessions at once, then choose a new password:

{link}`,
    },
    'factors-disowned': {
      subject: 'The second factors of your account at {site} were taken away',
      body: `Somebody, probably you, said by a link from a mail to this address that it was not you who added them. All sessions are
ended, and a mailed link is enough to choose a new password: do so now, then add a second factor again.

{origin}/recover`,
    },
    'factors-removed': {
      subject: 'Your second factors at {site} were removed',
      body: `An admin removed all second factors and recovery codes from your account and ended all sessions. From now on the
password is enough to sign in: sign in and add a second factor again.

If you did not ask for this, end all sessions at once, then choose a new password:

{link}`,
    },
    'recovery-codes-made': {
      subject: 'New recovery codes for {site}',
      body: `Somebody, probably you, made new recovery codes for your account, from {device}. Those of before no longer work.

If it was not you, end all sessions at once, then choose a new password:

{link}`,
    },
    'recovery-code-used': {
      subject: 'A recovery code for {site} was used',
      body: `Somebody, probably you, used one of your recovery codes, from {device}. Codes left: {left}. You can make new ones in
your account at any time.

If it was not you, end all sessions at once, then choose a new password:

{link}`,
    },
    'wrong-codes': {
      subject: 'Somebody knows your password for {site}',
      body: `Somebody signed in to your account with the right password, from {device}, and then gave five wrong codes. They did
not get in.

If it was not you, choose a new password soon. This link ends all sessions:

{link}`,
    },
    'new-device': {
      subject: 'New sign-in to {site}',
      body: `Somebody, probably you, signed in to your account from {device}, which was not used before.

If it was not you, end all sessions at once, then choose a new password:

{link}`,
    },
    'confirm-address': {
      subject: 'Confirm your new address for {site}',
      body: `One more step, and your account has this address:

{link}

The link works for 24 hours, once, where you are signed in. If you did not ask for it, do nothing: nothing changes.`,
    },
    'address-taken': {
      subject: 'This address has an account at {site} already',
      body: `Somebody, probably you, wanted to move another account to this address. The address has an account of its own, so nothing was changed. Sign in to it at

{origin}/sign-in

If it was not you, there is nothing to do.`,
    },
    'address-change-asked': {
      subject: 'Your address for {site} is about to change',
      body: `Somebody, probably you, asked from {device} to move your account to {address}. That happens once the new address is confirmed.

If it was not you, end all sessions at once, which stops the move too, then choose a new password:

{link}`,
    },
    'address-changed': {
      subject: 'Your address for {site} was changed',
      body: `Your account has moved to {address}, and this address does not open it any more.

If it was not you, bring it back. Everybody is signed out, the password is void, and you get a mail to choose a new one:

{link}

The link works until {date}.`,
    },
    'address-restored': {
      subject: 'Your address for {site} is back',
      body: `Your account has this address again. Everybody is signed out, and the old password works no more. Choose a new one:

{link}

The link works for one hour, once. If it is too late for it, ask for another at {origin}/recover`,
    },
    'address-given-up': {
      subject: 'Your account at {site} has left this address',
      body: `Somebody who reads the mails of the address that the account had before has brought it back there. This address does not open it any more, and there is nothing to do here.`,
    },
    'account-leaving': {
      subject: 'Your account at {site} is closed',
      body: `Your account is closed, and you are signed out everywhere. On {date} all that is kept about you is erased for good. No mail will tell you then, because your address is erased too.

If you change your mind, or if it was not you, keep the account, then choose a new password:

{link}

The link works until that day.`,
    },
    'account-still-leaving': {
      subject: 'Your account at {site} is about to be erased',
      body: `Somebody, probably you, asked for a new account or a new password with this address. Its account is closed, and is erased on {date}. Until then there can be no other, but you can still keep this one:

{link}

If you do nothing, it is erased on that day, and the address is free again.`,
    },
  },
  mailFooter: '{site} · sent because something happened to an account with this address',
} as const
