// OpenBLAS's tables name every kernel, and gemm.sh compiles those of gemm alone: the other places get a trap.
import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { commandOutput, run, stop } from '../support/run.mjs'

/** Kernels that an archive's tables name and nothing in it defines; `listing` by nm -A -P. */
export function missingKernels(listing) {
  const defined = new Set()
  const named = new Set()
  for (const line of listing.split('\n')) {
    const [, member, symbol, type] = line.match(/\[([^\]]+)\]: (\S+) (\w)/) ?? []
    if (member === undefined) continue
    const processor = member.match(/^setparam(_\w+)\.o$/)?.[1]
    if (type !== 'U') defined.add(symbol)
    else if (processor !== undefined && symbol.endsWith(processor)) named.add(symbol)
  }
  return [...named].filter((symbol) => !defined.has(symbol)).sort()
}

/** Writes a copy of a static OpenBLAS that has the traps, and gives its path; `listed` is one that nm reads. */
export async function withTraps(library, listed, program) {
  const folder = path.dirname(library)
  const complete = path.join(folder, 'libgemm.a')
  const listing = commandOutput('nm', ['-A', '-P', listed]) ?? stop('nm failed: install binutils')
  const traps = missingKernels(listing)
  if (traps.length === 0) stop(`${library} lacks no kernel: was it compiled by scripts/prebuild/gemm.sh?`)
  const lost = traps.filter((name) => /^[sdcz]gemm_/.test(name))
  if (lost.length > 0) stop(`${library} lacks ${lost.join(', ')}`)
  copyFileSync(library, complete)
  const source = path.join(folder, 'traps.c')
  const object = path.join(folder, 'traps.o')
  writeFileSync(source, traps.map((name) => `void ${name}(void) { __builtin_trap(); }\n`).join(''))
  const flags = ['-O2', '-fPIC', '-fvisibility=hidden', '-fno-asynchronous-unwind-tables']
  const steps = [
    [program('cc'), ...flags, '-c', source, '-o', object],
    [program('ar'), 'rs', complete, object],
  ]
  for (const [command, ...args] of steps)
    if ((await run(command, args)) !== 0) stop(`the traps for ${library} could not be made: see above`)
  return complete
}
