// The short form of npm run test:package, with this checkout's own build as the binary: part of npm test.
import path from 'node:path'
import { capture, say } from '../support/run.mjs'
import { barePath, folder, install, installed, listing, manifest, packageFaults, tarball } from './pack.mjs'

/** Runs a program with nothing but Node on the PATH; gives whether it ended well and said what it had to. */
export async function says(env, cwd, command, args, expected) {
  const { code, output } = await capture(command, args, { cwd, env, timeout: 120_000 })
  if (code === 0 && expected.test(output)) return true
  say(`${path.basename(command)} ${args.join(' ').slice(0, 100)} ended with ${code}; it said:\n${output}`)
  return false
}

export const smoke = {
  cjs: `const o = require('ndops'); require('ndops/promises').add([1, 2], 1).then((x) => console.log('cjs', o.sum(x).item()))`,
  esm: `import * as o from 'ndops'; import { add } from 'ndops/promises'; console.log('esm', o.sum(await add([1, 2], 1)).item())`,
}

const count = (results) => ({
  passed: results.filter(Boolean).length,
  failed: results.filter((ok) => !ok).length,
  skipped: 0,
})

export async function shortPackageTest({ local = true } = {}) {
  const faults = packageFaults(await listing(), manifest())
  for (const fault of faults) say(`the package: ${fault}`)
  const app = await install(await tarball({ local }), 'app-local')
  const { env } = barePath(process.execPath, path.join(folder, 'path-local'))
  const node = (args, expected) => says(env, app, process.execPath, args, expected)
  return count([
    faults.length === 0,
    await node(['-p', `'private ' + require('ndops/package.json').private`], /^private undefined$/m),
    await node(['-e', smoke.cjs], /^cjs 5$/m),
    await node(['--input-type=module', '-e', smoke.esm], /^esm 5$/m),
    await node([path.join(installed(app), 'dist/cli.js'), 'doctor'], /^binary +prebuilds\/.*ndops works here/ms),
  ])
}
