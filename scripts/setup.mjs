// npm run setup: the system's packages and the npm dependencies, as far as they are missing.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fingerprint, isMain, npm, once, root, run, say, stop } from './support/run.mjs'
import { ensureSystem } from './support/system.mjs'

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 9)) return
  stop(`Node ${process.versions.node} is too old: install Node 20.9 or later from https://nodejs.org`)
}

async function installDependencies() {
  const made = fingerprint(['package-lock.json'], process.platform, process.arch)
  await once('npm', made, ['node_modules/.package-lock.json'], async () => {
    say('installing the npm dependencies (npm ci)')
    // Scripts are off: no dependency needs one. Engines: cmake-js names 20.17, and was tried on 20.9.
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--engine-strict=false', '--loglevel=error']
    const code = await run(...npm(...args))
    if (code === 127) stop('npm is missing: install it (it comes with Node from https://nodejs.org)')
    if (code !== 0)
      stop('npm ci failed (see above): check the network and `npm config get registry`, then run the same again')
  })
}

/** `system: false` where nothing is compiled with the machine's own compiler and libraries. */
export async function setup({ system = true, ...options } = {}) {
  checkNode()
  if (system) await ensureSystem(options)
  await installDependencies()
}

export const version = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version

if (isMain(import.meta.url)) {
  await setup({ tests: process.argv.includes('--tests') })
  say('set up')
}
