#!/usr/bin/env node
/** The package's program: `npx ndops doctor`. */

import { examine, wording } from './doctor'

const USAGE = `usage: ndops doctor

doctor   tells platform, binary, CPU level, BLAS, threads and memory, and checks matrix products, sorting and sums
         against known answers; ends with 1 when something is wrong
`

async function main(): Promise<number> {
  const [command, ...rest] = process.argv.slice(2)
  if (command === 'doctor' && rest.length === 0) {
    const findings = await examine()
    process.stdout.write(wording(findings))
    return findings.some(({ advice }) => advice !== undefined) ? 1 : 0
  }
  const asked = command === '--help' || command === '-h' || command === 'help'
  ;(asked ? process.stdout : process.stderr).write(USAGE)
  return asked ? 0 : 2
}

main().then((code) => {
  process.exitCode = code
})
