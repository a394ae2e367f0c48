// npm test: sets up, builds and runs every check. Ends with the line `N passed, N failed` (and `, N skipped`).
import { build, buildNativeTests, buildPrograms, buildSanitized } from './build.mjs'
import { lint } from './lint.mjs'
import { shortPackageTest } from './package/short.mjs'
import { setup } from './setup.mjs'
import {
  levels,
  mochaTests,
  nativeTests,
  nehalem,
  nothing,
  part,
  program,
  sanitizedTests,
  total,
  wording,
} from './support/parts.mjs'
import { filesUnder, Stop, say } from './support/run.mjs'
import { canEmulate } from './support/system.mjs'

const began = Date.now()
await setup({ tests: true })

const done = []
const add = async (name, work) => done.push(await part(name, work))

/** A build is no test, but where it fails nothing of what it was for can pass. */
async function built(name, work) {
  try {
    await work()
    return true
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    say(error.message)
    done.push({ name, counts: { ...nothing, failed: 1 }, seconds: 0 })
    return false
  }
}

const hasNative = (await built('build', build)) && (await built('build of the native tests', buildNativeTests))
const hasPrograms = await built('build of the tests', buildPrograms)
await add('lint', () => lint())
if (hasNative) {
  const known = levels()
  const lower = known.slice(0, -1)
  await add('native tests', () => nativeTests())
  // What is only split over several threads is slow, and split in the same way at every level. What must have the same
  // bits for any number of threads runs everywhere.
  const args = ['-tce=*several threads*']
  for (const level of lower)
    await add(`native tests at ${level}`, () => nativeTests({ env: { NDOPS_CPU_LEVEL: level }, args }))
  // Slow to compile: this processor's best level alone; test:full takes the lowest too.
  if (await built('build with sanitizers', () => buildSanitized(known.slice(-1))))
    await add('native tests under ASan and UBSan', () => sanitizedTests())
  if (hasPrograms)
    await add('tests', () => mochaTests({ specs: ['build/ts/test/**/*.test.js', 'test/scripts/*.test.mjs'] }))
  if (hasPrograms) {
    for (const level of known)
      await add(`tests at ${level}`, () => mochaTests({ grep: '@level', env: { NDOPS_CPU_LEVEL: level } }))
    await add('tests without external buffers', () =>
      mochaTests({ grep: '@buffers', env: { NDOPS_NO_EXTERNAL_BUFFERS: '1' } }),
    )
    await add('tests on a Nehalem', async () => {
      if (canEmulate()) return mochaTests({ ...nehalem, grep: '@level', timeout: 120_000 })
      say('no qemu-x86_64 here: skipped')
      return { ...nothing, skipped: 1 }
    })
    await add('package', shortPackageTest)
    for (const main of filesUnder(['build/ts/examples'], (file) => file.endsWith('/main.js'))) {
      await add(main.replace('build/ts/', ''), () => program([process.execPath, main]))
    }
  }
}

const sum = total(done.map((one) => one.counts))
for (const one of done) if (one.counts.failed > 0) say(`FAILED: ${one.name}`)
say(`${done.length} parts in ${((Date.now() - began) / 60000).toFixed(1)} minutes`)
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1
process.stdout.write(`${wording(sum)}\n`)
