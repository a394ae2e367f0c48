// The table of docs/test-results.md: parts of the long tests, each with the commit that it was run at.
import { wording } from './parts.mjs'

const ROW = /^\| (.+) \| (\d+) passed, (\d+) failed(?:, (\d+) skipped)? \| ([\d.]+) \| (\w+)( with changes)? \|$/

/** The page: `machine` is a list of lines, `results` a Map by part. */
export function writeResults(machine, results) {
  const rows = [...results].map(
    ([name, { counts, minutes, commit, changed }]) =>
      `| ${name} | ${wording(counts)} | ${minutes} | ${commit}${changed ? ' with changes' : ''} |`,
  )
  return `# Results of the long tests

Written by \`npm run test:full\`, a part at a time: the commit is the one that the part was run at last.

${machine.map((line) => `- ${line}`).join('\n')}

| part | result | minutes | commit |
| --- | --- | ---: | --- |
${rows.join('\n')}
`
}

/** The results on a page that tell of the same machine; of another, none. */
export function readResults(text, machine) {
  const lines = text.split('\n')
  const results = new Map()
  if (machine.some((line) => !lines.includes(`- ${line}`))) return results
  for (const line of lines) {
    const [found, name, passed, failed, skipped, minutes, commit, changed] = ROW.exec(line) ?? []
    if (found === undefined) continue
    const counts = { passed: Number(passed), failed: Number(failed), skipped: Number(skipped ?? 0) }
    results.set(name, { counts, minutes, commit, changed: changed !== undefined })
  }
  return results
}
