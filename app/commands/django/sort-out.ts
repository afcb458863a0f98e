import { Value } from 'typebox/value'
import { Email, Name } from '../../http/shapes.ts'
import { takeOver, type Taken } from './password.ts'
import type { DjangoUser } from './users.ts'

/** Who comes along, in the words of the tables here. */
export interface Comer {
  /** Django's id. */
  number: number
  email: string
  name: string
  status: 'active' | 'disabled'
  createdAt: string
  password: Taken | undefined
}

/** A line of the report about one user. */
export interface Remark {
  number: number
  /** The address, or the user name where there is none. */
  who: string
  says: string
}

export interface SortedOut {
  comers: Comer[]
  leftOut: Remark[]
  /** What has to be known of those who come along. */
  remarks: Remark[]
}

const mostName = 200

/** Who comes along, who doesn't and why; decided without a look at the accounts that are here. */
export function sortOut(users: DjangoUser[]): SortedOut {
  const leftOut: Remark[] = []
  const remarks: Remark[] = []
  const comers: Comer[] = []
  const firstOf = new Map<string, DjangoUser>()
  for (const user of users.toSorted(byUse)) {
    const why = reasonAgainst(user) ?? reasonOfTwin(firstOf.get(keyOf(user)))
    if (why !== undefined) {
      leftOut.push(remark(user, why))
      continue
    }
    firstOf.set(keyOf(user), user)
    const password = takeOver(user.password)
    if ('why' in password)
      remarks.push(remark(user, `${password.why}: has to choose one by "forgot password"`))
    if (user.isSuperuser)
      remarks.push(remark(user, 'was a superuser and is a member now: admin add makes an admin'))
    if (!user.isActive) remarks.push(remark(user, 'was not active and stays disabled'))
    comers.push({
      number: user.id,
      email: user.email.trim(),
      name: nameOf(user),
      status: user.isActive ? 'active' : 'disabled',
      createdAt: user.dateJoined.toISOString(),
      password: 'why' in password ? undefined : password,
    })
  }
  return {
    comers: comers.toSorted(byNumber),
    leftOut: leftOut.toSorted(byNumber),
    remarks: remarks.toSorted(byNumber),
  }
}

const byNumber = (one: { number: number }, other: { number: number }): number => one.number - other.number

/** Of several with one address the one that is used comes first: active, then by last sign-in, then the oldest. */
function byUse(one: DjangoUser, other: DjangoUser): number {
  return (
    Number(other.isActive) - Number(one.isActive) ||
    (other.lastLogin?.getTime() ?? 0) - (one.lastLogin?.getTime() ?? 0) ||
    one.id - other.id
  )
}

function reasonAgainst({ email, isActive, isPending }: DjangoUser): string | undefined {
  if (email.trim() === '') return 'has no email address, by which people sign in here'
  if (!Value.Check(Email, email.trim())) return 'has an email address that is not taken here'
  // Nobody has shown that this address is theirs.
  if (isPending && !isActive) return 'never confirmed the address'
  return undefined
}

function reasonOfTwin(twin: DjangoUser | undefined): string | undefined {
  return (
    twin &&
    `has the address of user ${twin.id}, who ${twin.lastLogin ? 'signed in later' : 'was there first'}`
  )
}

const keyOf = ({ email }: DjangoUser): string => email.trim().toLowerCase()

function remark({ id, email, username }: DjangoUser, says: string): Remark {
  return { number: id, who: email.trim() || username, says }
}

/** First and last name, else the nickname; what no name may hold is left out. */
function nameOf({ firstName, lastName, nickname }: DjangoUser): string {
  const given = `${firstName} ${lastName}`.trim() || nickname.trim()
  const clean = Array.from(given)
    .filter((sign) => Value.Check(Name, sign))
    .slice(0, mostName)
  return clean.join('').trim()
}
