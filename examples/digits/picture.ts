/** The report as an SVG: the confusion matrix, and the digits that the classifier was least sure of. */

export interface Doubt {
  /** 64 pixels of 0 to 16. */
  pixels: number[]
  label: number
  guess: number
  /** Of the guess, 0 to 1. */
  probability: number
}

const CELL = 34
const LEFT = 60
const TOP = 70

function text(x: number, y: number, size: number, content: string, more = ''): string {
  return `<text x="${x}" y="${y}" font-size="${size}" ${more}>${content}</text>`
}

function confusionMatrix(counts: number[][]): string {
  const most = Math.max(...counts.flat())
  const cells = counts.flatMap((row, label) =>
    row.map((count, guess) => {
      const [x, y] = [LEFT + guess * CELL, TOP + label * CELL]
      const strength = count === 0 ? 0 : 0.15 + (0.85 * count) / most
      const color = label === guess ? '#1f6feb' : '#d1242f'
      const opacity = label === guess ? strength : Math.min(1, strength * 4)
      const box = `<rect x="${x}" y="${y}" width="${CELL - 2}" height="${CELL - 2}" rx="3" fill="${color}" fill-opacity="${opacity.toFixed(3)}"/>`
      const ink = opacity > 0.55 ? '#fff' : '#57606a'
      return count === 0
        ? `<rect x="${x}" y="${y}" width="${CELL - 2}" height="${CELL - 2}" rx="3" fill="#eaeef2"/>`
        : box + text(x + CELL / 2 - 1, y + CELL / 2 + 4, 12, String(count), `text-anchor="middle" fill="${ink}"`)
    }),
  )
  const axes = counts.flatMap((_, i) => [
    text(LEFT + i * CELL + CELL / 2 - 1, TOP - 8, 12, String(i), 'text-anchor="middle" fill="#57606a"'),
    text(LEFT - 12, TOP + i * CELL + CELL / 2 + 4, 12, String(i), 'text-anchor="middle" fill="#57606a"'),
  ])
  const middle = TOP + (counts.length * CELL) / 2
  return [
    ...cells,
    ...axes,
    text(LEFT + (counts.length * CELL) / 2, TOP - 28, 13, 'guessed', 'text-anchor="middle" fill="#24292f"'),
    text(22, middle, 13, 'written', `text-anchor="middle" fill="#24292f" transform="rotate(-90 22 ${middle})"`),
  ].join('\n')
}

function doubtfulDigits(doubts: Doubt[], left: number): string {
  const pixel = 9
  return doubts
    .map(({ pixels, label, guess, probability }, k) => {
      const [x, y] = [left + (k % 4) * 92, TOP + Math.floor(k / 4) * 118]
      const squares = pixels
        .map((value, i) =>
          value === 0
            ? ''
            : `<rect x="${x + (i % 8) * pixel}" y="${y + Math.floor(i / 8) * pixel}" width="${pixel}" height="${pixel}" fill-opacity="${(value / 16).toFixed(3)}"/>`,
        )
        .join('')
      const color = label === guess ? '#1f6feb' : '#d1242f'
      const caption = `${guess} (${(100 * probability).toFixed(0)} %), is ${label}`
      return `<rect x="${x}" y="${y}" width="${8 * pixel}" height="${8 * pixel}" fill="#f6f8fa"/><g fill="#24292f">${squares}</g>${text(x, y + 8 * pixel + 16, 12, caption, `fill="${color}"`)}`
    })
    .join('\n')
}

export function drawReport(counts: number[][], doubts: Doubt[], title: string): string {
  const left = LEFT + counts.length * CELL + 50
  const [width, height] = [left + 4 * 92 + 20, TOP + Math.max(counts.length * CELL, 3 * 118) + 20]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
${text(LEFT, 26, 15, title, 'fill="#24292f" font-weight="600"')}
${confusionMatrix(counts)}
${text(left, TOP - 28, 13, 'least sure of', 'fill="#24292f"')}
${doubtfulDigits(doubts, left)}
</svg>
`
}
