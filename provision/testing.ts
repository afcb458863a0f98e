import type { Step } from './step.ts'

/** What a step would do, in words. */
export function summariesOf<Observed>(step: Step<Observed>, observed: Observed): string[] {
  return step.plan(observed).map(({ summary }) => summary)
}

/** The steps of changes such as `kernel: write …`, each once. */
export function stepsOf(changes: string[]): string[] {
  return [...new Set(changes.map((text) => text.replace(/: .*/s, '')))]
}
