import postgres from 'postgres'
import { CommandError } from '../command-error.ts'
import { asSocketUser } from '../socket-user.ts'

/** A row of Django's auth_user, with what the playbook's template keeps beside it. */
export interface DjangoUser {
  id: number
  username: string
  email: string
  firstName: string
  lastName: string
  nickname: string
  /** `pbkdf2_sha256$iterations$salt$digest`, or what another hasher wrote. */
  password: string
  isActive: boolean
  /** Signed up and never followed the link of the mail. */
  isPending: boolean
  isSuperuser: boolean
  dateJoined: Date
  lastLogin: Date | null
}

export interface Found {
  users: DjangoUser[]
  /** Mailed links for new passwords, which end with the move. */
  openResets: number
}

/** Reads all users at one moment, and changes nothing. `source` is a URL, or a database on the server of `env`. */
export async function readDjangoUsers(source: string, env: NodeJS.ProcessEnv): Promise<Found> {
  const options = {
    max: 1,
    connect_timeout: 5,
    onnotice: () => undefined,
    transform: { column: { from: postgres.toCamel } },
  }
  const { PGHOST: host = '/run/postgresql', PGUSER: user = 'postgres' } = env
  const isUrl = /^postgres(?:ql)?:\/\//.test(source)
  const db = isUrl ? postgres(source, options) : postgres({ ...options, host, user, database: source })
  try {
    if (!isUrl) await asSocketUser(env, async () => db`select`)
    return await db.begin('isolation level repeatable read read only', async (tx) => {
      const [has] = await tx<[{ users: boolean; profiles: boolean; pending: boolean; resets: boolean }]>`
        select to_regclass('auth_user') is not null as users, to_regclass('users_userprofile') is not null as profiles,
          to_regclass('users_pendinguser') is not null as pending,
          to_regclass('users_recoverpassword') is not null as resets`
      if (!has.users) throw new NoDjango()
      const users = await tx<DjangoUser[]>`
        select u.id, u.username, u.email, u.first_name, u.last_name, u.password, u.is_active, u.is_superuser,
          u.date_joined, u.last_login,
          ${has.profiles ? tx`coalesce((select nickname from users_userprofile p where p.user_id = u.id), '')` : tx`''`} as nickname,
          ${
            has.profiles && has.pending
              ? tx`exists (select from users_pendinguser w join users_userprofile p on p.id = w.user_profile_id where p.user_id = u.id)`
              : tx`false`
          } as is_pending
        from auth_user u order by u.id`
      const [resets] = has.resets
        ? await tx<[{ open: number }]>`
            select count(*)::int as open from users_recoverpassword where expiration_date > now()`
        : [{ open: 0 }]
      return { users: [...users], openResets: resets.open }
    })
  } catch (cause) {
    // The URL may hold a password: it is not repeated.
    throw new CommandError('the users of Django can not be read', {
      why: (cause as Error).message,
      fix: 'name the database that Django works with: postgres://user@host/name, or its name on this server',
      cause,
    })
  } finally {
    await db.end({ timeout: 0 })
  }
}

class NoDjango extends Error {
  constructor() {
    super('there is no table auth_user in it')
  }
}
