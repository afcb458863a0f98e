import { $ as zx } from 'zx'

/** zx's `$`, whose commands say what went wrong in the error they throw, not beside it on the terminal. */
export const $ = zx({ quiet: true })
