import type { Attack } from './attack.ts'
import { recoveryAttacks } from './recovery-attacks.ts'
import { requestAttacks } from './request-attacks.ts'
import { signInAttacks } from './sign-in-attacks.ts'
import { signUpAttacks } from './sign-up-attacks.ts'
import type { Target } from './target.ts'

export const attacks: readonly Attack[] = [
  ...requestAttacks,
  ...signUpAttacks,
  ...signInAttacks,
  ...recoveryAttacks,
]

export interface Outcome {
  name: string
  /** How it got through; undefined where it was refused. */
  through: string | undefined
  /** Why it could not be tried. */
  blocked?: string
}

/** Tries one attack after the other: each plays people of its own. */
export async function attack(
  target: Target,
  tell: (outcome: Outcome) => void = () => undefined,
  only = '',
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const { name, admin, run } of attacks.filter((one) => one.name.includes(only))) {
    const outcome: Outcome = { name, through: undefined }
    if (admin && !target.admin) outcome.blocked = 'the admins’ site was not named'
    else {
      try {
        outcome.through = (await run(target)) || undefined
      } catch (error) {
        outcome.blocked = (error as Error).message
      }
    }
    outcomes.push(outcome)
    tell(outcome)
  }
  return outcomes
}
