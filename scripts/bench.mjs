// npm run bench [-- name ...]: the benchmarks in bench/, all or those named.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { build, buildPrograms } from './build.mjs'
import { setup } from './setup.mjs'
import { filesUnder, root, run, say, stop } from './support/run.mjs'

await setup()
await build()
await buildPrograms()
const all = filesUnder(['bench'], (file) => /^bench\/[^/]+\.ts$/.test(file)).map((file) => path.basename(file, '.ts'))
const named = process.argv.slice(2)
for (const name of named.length > 0 ? named : all) {
  const program = `build/ts/bench/${name}.js`
  if (!existsSync(path.join(root, program))) stop(`there is no benchmark ${name}; there are: ${all.join(', ')}`)
  say(`--- ${name}`)
  const code = await run(process.execPath, [program])
  if (code !== 0) stop(`benchmark ${name} ended with ${code}: see above`)
}
