// npm run bench:memory: the peak of a chain of ten ops on 64 MB tensors, with and without dispose, each in a process of its own.
import { execFileSync } from 'node:child_process'
import * as ops from 'ndops'

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

if (process.argv[2] !== undefined) chain(process.argv[2] === 'dispose')
else
  for (const [mode, words] of [
    ['dispose', 'each operand disposed after its use'],
    ['keep', 'nothing disposed'],
  ] as const) {
    const peak = execFileSync(process.execPath, [__filename, mode], { encoding: 'utf8' }).trim()
    console.log(`ten ops on 64 MB tensors, ${words}: ${peak} MB above the first tensor at the peak`)
  }
