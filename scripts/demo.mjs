// npm run demo: sets up, builds, and runs the main example on real digits.
import { build, buildPrograms } from './build.mjs'
import { setup } from './setup.mjs'
import { run } from './support/run.mjs'

await setup()
await build()
await buildPrograms()
process.exitCode = await run(process.execPath, ['build/ts/examples/digits/main.js', ...process.argv.slice(2)])
