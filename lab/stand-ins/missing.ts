/** What a stand-in says of a type or function that it lacks. */
export const missingIn =
  (name: string) =>
  (token: string): string =>
    `${token} is not in the lab's stand-in for the ${name} plugin\n` +
    `  why   the lab takes the official plugin only where get.pulumi.com answers; here it brings a small one of its own\n` +
    `  next  leave it out of the stack local, or run the lab where get.pulumi.com answers`
