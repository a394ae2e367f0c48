/** A progress bar on a terminal; on anything else a line every tenth of the way. */
export function progressBar(total: number): (done: number, text: string) => void {
  const live = process.stdout.isTTY === true
  const width = 30
  return (done, text) => {
    const filled = Math.round((done / total) * width)
    const line = `training [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${String(done).padStart(String(total).length)}/${total}  ${text}`
    if (live) process.stdout.write(`\r${line}${done === total ? '\n' : ''}`)
    else if (done === total || done % Math.ceil(total / 10) === 0) process.stdout.write(`${line}\n`)
  }
}
