// npm run bench:memory: what memory the work takes, each part in a process of its own: the peak of a chain of ten ops on
// 64 MB tensors, with and without dispose; and of each op over 16 million elements, how far the process grew beyond its
// operands and its result (on Linux, whose kernel counts peaks anew when asked). Ops that grew by less than 2 MB are left
// out.
import { execFileSync } from 'node:child_process'
import * as ops from 'ndops'
import { type Case, sizes } from './cases'
import { dtypeOf, known } from './known'
import { forget, withFiles } from './operands'
import { start } from './side'

const MB = 2 ** 20

function chain(dispose: boolean): void {
  let x = ops.ones([16 * MB], 'float32')
  const before = process.resourceUsage().maxRSS
  for (let i = 0; i < 10; i++) {
    const next = ops.add(x, 1)
    if (dispose) x.dispose()
    x = next
  }
  console.log(((process.resourceUsage().maxRSS - before) / 1024).toFixed(0))
}

async function scratchOf(one: Case): Promise<void> {
  const side = await start('ndops', [process.execPath, '--expose-gc', 'bench/peers/ndops.mjs'])
  if (typeof side === 'string') throw new Error(side)
  const { no } = await side.prepare(withFiles(one))
  if (no !== undefined) throw new Error(`${one.name}: ${no}`)
  // The lower of two: what the engine itself grows by now and then is none of the op's.
  const runs = [await side.memory(), await side.memory()]
  side.stop()
  forget()
  const [result, beyond] = [(runs[0]?.result ?? 0) / MB, Math.min(...runs.map((run) => run.grown - run.result)) / MB]
  if (beyond >= 2)
    console.log(`${one.name.padEnd(40)} ${beyond.toFixed(0).padStart(6)} MB beyond ${result.toFixed(0)} MB`)
}

async function main(): Promise<void> {
  for (const [mode, words] of [
    ['dispose', 'each operand disposed after its use'],
    ['keep', 'nothing disposed'],
  ] as const) {
    const peak = execFileSync(process.execPath, [__filename, mode], { encoding: 'utf8' }).trim()
    console.log(`ten ops on 64 MB tensors, ${words}: ${peak} MB above the first tensor at the peak`)
  }
  if (process.platform !== 'linux') return
  for (const one of sizes(known, dtypeOf)) if (one.n === 16_000_000) await scratchOf(one)
}

if (process.argv[2] !== undefined) chain(process.argv[2] === 'dispose')
else main()
