import type { Step } from './step.ts'

/** What a step would do, in words. */
export function summariesOf<Observed>(step: Step<Observed>, observed: Observed): string[] {
  return step.plan(observed).map(({ summary }) => summary)
}
