// OpenBLAS's tables name every kernel, so that linking one product links them all. We call gemm alone: what gemm never
// calls leaves the library, and its places in the tables get a trap.
import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { commandOutput, run, stop } from '../support/run.mjs'

const surplus = /trsm|trmm|symm|hemm|gemm3m|matcopy/

/** Members of an archive that go, and symbols that the rest still names; `listing` by nm -A -P. */
export function trimming(listing) {
  const gone = new Set()
  const defined = new Set()
  const wanted = new Set()
  for (const line of listing.split('\n')) {
    const found = line.match(/\[([^\]]+)\]: (\S+) (\w)/)
    if (found === null) continue
    const [, member, symbol, type] = found
    if (surplus.test(member)) gone.add(member)
    else if (type !== 'U') defined.add(symbol)
    else if (/^setparam/.test(member)) wanted.add(symbol)
  }
  const traps = [...wanted].filter((symbol) => surplus.test(symbol) && !defined.has(symbol))
  return { members: [...gone].sort(), traps: traps.sort() }
}

/** Writes the trimmed copy of a static OpenBLAS and gives its path. */
export async function trim(library, program) {
  const folder = path.dirname(library)
  const trimmed = path.join(folder, 'libgemm.a')
  const listing = commandOutput('nm', ['-A', '-P', library]) ?? stop('nm failed: install binutils')
  const { members, traps } = trimming(listing)
  if (members.length === 0 || traps.length === 0) stop(`${library} has nothing of what gemm does without`)
  copyFileSync(library, trimmed)
  const source = path.join(folder, 'traps.c')
  const object = path.join(folder, 'traps.o')
  writeFileSync(source, traps.map((name) => `void ${name}(void) { __builtin_trap(); }\n`).join(''))
  const steps = [
    [program('ar'), 'd', trimmed, ...members],
    [
      program('cc'),
      '-O2',
      '-fPIC',
      '-fvisibility=hidden',
      '-fno-asynchronous-unwind-tables',
      '-c',
      source,
      '-o',
      object,
    ],
    [program('ar'), 'rs', trimmed, object],
  ]
  for (const [command, ...args] of steps)
    if ((await run(command, args)) !== 0) stop(`${library} could not be trimmed: see above`)
  return trimmed
}
