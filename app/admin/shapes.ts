import { Type } from 'typebox'
import { Fields, Id, Moment, Name, Role } from '../http/shapes.ts'

const Status = Type.Union([Type.Literal('active'), Type.Literal('disabled'), Type.Literal('leaving')])

const Account = Type.Object({
  id: Id,
  email: Type.String(),
  name: Type.String(),
  role: Role,
  status: Status,
  createdAt: Moment,
  eraseAt: Type.Union([Moment, Type.Null()], { description: 'When it will be erased, if it is leaving' }),
  disabledAt: Type.Union([Moment, Type.Null()]),
})

const Next = Type.Union([Type.String(), Type.Null()], {
  description: '`before` of the following page; null on the last one',
})

export const AccountId = Fields({ id: Id })

export const SearchFields = Fields({
  search: Type.Optional(
    Type.String({ ...Name, maxLength: 254, description: 'What the address or the name begins with' }),
  ),
  status: Type.Optional(Status),
  before: Type.Optional(
    Type.String({
      pattern: '^\\d{1,16}\\.[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}$',
      description: '`next` of the page before',
    }),
  ),
})

export const Page = Type.Object({ accounts: Type.Array(Account), next: Next })

export const HistoryFields = Fields({
  before: Type.Optional(Type.String({ pattern: '^\\d{1,18}$', description: '`next` of the page before' })),
})

export const AccountView = Type.Object({
  account: Account,
  sessions: Type.Integer({ description: 'How many are open' }),
  factors: Type.Array(Type.String(), { description: 'Kinds of its second factors' }),
  lastSignInAt: Type.Union([Moment, Type.Null()]),
  history: Type.Array(
    Type.Object({
      id: Type.String(),
      at: Moment,
      event: Type.String(),
      actor: Type.Union([Type.String(), Type.Null()], { description: 'The admin who did it' }),
      device: Type.String(),
      network: Type.String(),
      details: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
  next: Next,
})

export const Reason = Fields({
  reason: Type.Optional(
    Type.String({ ...Name, maxLength: 500, description: 'Mailed to the owner, and kept in the history' }),
  ),
})

export const NewRole = Fields({ role: Role })

export const DaysFields = Fields({
  days: Type.Optional(
    Type.String({ pattern: '^(?:[1-9]\\d?|[12]\\d\\d|3[0-5]\\d|36[0-6])$', description: '1 to 366' }),
  ),
})

const Count = Type.Integer({ minimum: 0 })

export const NumbersAnswer = Type.Object({
  days: Type.Array(
    Type.Object({
      day: Type.String({ format: 'date', description: 'In UTC' }),
      signUps: Count,
      signIns: Count,
      failures: Count,
    }),
  ),
  accounts: Type.Object({ active: Count, disabled: Count, leaving: Count }),
  admins: Count,
  sessions: Count,
  outbox: Type.Object({ waiting: Count, oldestSeconds: Count }),
  hashing: Type.Object({ running: Count, waiting: Count }),
})

export const Ended = Type.Object({ ended: Count })
