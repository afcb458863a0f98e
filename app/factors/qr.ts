/** A QR code as an SVG of one stroke a row: a quarter of what a square for each dot takes. */
export async function qrOf(text: string): Promise<string> {
  const { encode } = await import('uqr')
  // Four modules of white around it, as the standard wants.
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const rows = data.map((row, y) => `M0 ${y}.5${strokesOf(row)}`).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path stroke="#000" d="${rows}"/></svg>`
}

/** `m4 0h7m1 0h2`: over what is white, along what is black. */
function strokesOf(row: readonly boolean[]): string {
  const runs =
    row
      .map((dark) => (dark ? '1' : '0'))
      .join('')
      .match(/0+|1+/g) ?? []
  const strokes = runs.map((run) => (run.startsWith('1') ? `h${run.length}` : `m${run.length} 0`))
  return strokes.join('').replace(/m\d+ 0$/, '')
}
