/**
 * A time as people say it: `0.4 s`, `41 s`, `5 m 41 s`.
 * @param {number} ms
 */
export function duration(ms) {
  const seconds = ms / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} m ${whole % 60} s`
}
