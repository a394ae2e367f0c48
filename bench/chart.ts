// Charts as SVG, readable on light and dark pages.

export interface Line {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
  /** No measurement, but what bounds them: drawn dashed. */
  readonly limit?: boolean
}

const COLOURS = ['#0b7285', '#e8590c', '#7048e8', '#2f9e44', '#868e96', '#c2255c', '#f08c00', '#1971c2']
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [640, 380, 70, 110, 34, 36]

const decades = (low: number, high: number): number[] => {
  const first = Math.floor(Math.log10(low))
  return Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => 10 ** (first + i))
}

/** Lines over decades; `word` writes the values of the vertical axis. */
export function chart(title: string, lines: readonly Line[], word: (y: number) => string): string {
  const xs = lines.flatMap(({ points }) => points.map(([x]) => x))
  const ys = lines.flatMap(({ points }) => points.map(([, y]) => y))
  const [columns, rows] = [decades(Math.min(...xs), Math.max(...xs)), decades(Math.min(...ys), Math.max(...ys))]
  const scale = (value: number, marks: readonly number[]): number => {
    const [low, high] = [Math.log10(marks[0] as number), Math.log10(marks.at(-1) as number)]
    return (Math.log10(value) - low) / Math.max(1, high - low)
  }
  const x = (value: number): string => (LEFT + scale(value, columns) * (WIDTH - LEFT - RIGHT)).toFixed(1)
  const y = (value: number): string => (HEIGHT - BOTTOM - scale(value, rows) * (HEIGHT - TOP - BOTTOM)).toFixed(1)
  // Names beside the lines' ends, pushed apart where they would meet.
  const ends = lines
    .map((line, i) => ({
      line,
      colour: line.limit ? '#495057' : (COLOURS[i % COLOURS.length] as string),
      at: Number(y(line.points.at(-1)?.[1] as number)),
    }))
    .sort((a, b) => a.at - b.at)
  for (let i = 1; i < ends.length; i++) {
    const [above, end] = [ends[i - 1], ends[i]] as [(typeof ends)[0], (typeof ends)[0]]
    end.at = Math.max(end.at, above.at + 13)
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="11" role="img" aria-label="${title}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" rx="6" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="13" font-weight="600" fill="#212529">${title}</text>`,
    ...columns.map(
      (v) =>
        `<path d="M${x(v)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#e9ecef"/><text x="${x(v)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle" fill="#495057">1e${Math.round(Math.log10(v))}</text>`,
    ),
    ...rows.map(
      (v) =>
        `<path d="M${LEFT} ${y(v)}H${WIDTH - RIGHT}" stroke="#e9ecef"/><text x="${LEFT - 6}" y="${Number(y(v)) + 4}" text-anchor="end" fill="#495057">${word(v)}</text>`,
    ),
    ...ends.map(
      ({ line, colour, at }) =>
        `<polyline fill="none" stroke="${colour}" stroke-width="${line.name === 'ndops' ? 3 : 1.5}"${line.limit ? ' stroke-dasharray="4 3"' : ''} points="${line.points.map(([px, py]) => `${x(px)},${y(py)}`).join(' ')}"/><text x="${WIDTH - RIGHT + 6}" y="${at + 4}" fill="${colour}"${line.name === 'ndops' ? ' font-weight="700"' : ''}>${line.name}</text>`,
    ),
    '</svg>',
    '',
  ].join('\n')
}

export interface Bar {
  readonly name: string
  /** How many times as fast as one thread, and with how many threads. */
  readonly speeds: readonly (readonly [threads: number, speed: number])[]
}

/** A row of bars an entry; the last `limits` are set apart. */
export function bars(title: string, rows: readonly Bar[], limits: number): string {
  const counts = rows[0]?.speeds.map(([threads]) => threads) ?? []
  const most = Math.max(...counts, ...rows.flatMap(({ speeds }) => speeds.map(([, speed]) => speed)))
  const [left, step, thick] = [150, 12 + 11 * counts.length, 9]
  const x = (speed: number): number => left + (speed / most) * (WIDTH - left - 60)
  const top = (row: number): number => TOP + 14 + row * step + (row >= rows.length - limits ? 10 : 0)
  const height = top(rows.length) + 8
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="11" role="img" aria-label="${title}">`,
    `<rect width="${WIDTH}" height="${height}" rx="6" fill="#fff"/>`,
    `<text x="16" y="20" font-size="13" font-weight="600" fill="#212529">${title}</text>`,
    ...counts.map(
      (threads) =>
        `<path d="M${x(threads).toFixed(1)} ${TOP}V${height - 6}" stroke="#dee2e6"/><text x="${x(threads).toFixed(1)}" y="${TOP}" text-anchor="middle" fill="#868e96">${threads}x</text>`,
    ),
    ...rows.flatMap(({ name, speeds }, row) => [
      `<text x="${left - 8}" y="${top(row) + 11}" text-anchor="end" fill="#495057">${name}</text>`,
      ...speeds.map(([threads, speed], i) => {
        const y = top(row) + 2 + i * 11
        const colour = row >= rows.length - limits ? '#868e96' : (COLOURS[i === 0 ? 4 : 0] as string)
        return `<rect x="${left}" y="${y}" width="${(x(speed) - left).toFixed(1)}" height="${thick}" rx="2" fill="${colour}"/><text x="${(x(speed) + 5).toFixed(1)}" y="${y + 8}" font-size="9" fill="#495057">${speed.toFixed(2)} with ${threads}</text>`
      }),
    ]),
    '</svg>',
    '',
  ].join('\n')
}
