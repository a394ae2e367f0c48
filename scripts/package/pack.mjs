// The package as it will be published: what is in it, and an installation of it in a folder of its own.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { addon } from '../build.mjs'
import { capture, npm, root, stop } from '../support/run.mjs'

export const folder = path.join(root, 'build/package')
const PACKED = 25 * 2 ** 20
const UNPACKED = 75 * 2 ** 20
const needed = ['LICENSE', 'README.md', 'THIRD_PARTY_NOTICES.md', 'package.json', 'dist/cli.js']
const allowed =
  /^(LICENSE|README\.md|CHANGELOG\.md|THIRD_PARTY_NOTICES\.md|package\.json|dist\/.*\.(m?js|d\.m?ts)|prebuilds\/[\w-]+\.node)$/

/** Faults of a package: `listing` as npm pack --json gives it, `manifest` its package.json. */
export function packageFaults(listing, manifest) {
  const files = listing.files.map((file) => file.path)
  const exported = JSON.stringify(manifest.exports).match(/\.\/dist\/[^"]+/g) ?? []
  const targets = [
    ...exported.map((file) => file.slice(2)),
    manifest.main,
    manifest.types,
    ...Object.values(manifest.bin ?? {}),
  ]
  const faults = files.filter((file) => !allowed.test(file)).map((file) => `${file} has no place in the package`)
  if (manifest.private !== true) faults.push('"private": true is missing: npm would publish it unchecked')
  for (const file of [...needed, ...targets]) if (!files.includes(file)) faults.push(`${file} is not in the package`)
  if (manifest.gypfile !== false) faults.push('"gypfile": false is missing: npm would build what looks like an addon')
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
    if (manifest.scripts?.[name] !== undefined) faults.push(`a script "${name}"`)
  if (Object.keys(manifest.dependencies ?? {}).length > 0) faults.push('dependencies')
  if (listing.size > PACKED) faults.push(`${(listing.size / 2 ** 20).toFixed(1)} MiB packed`)
  if (listing.unpackedSize > UNPACKED) faults.push(`${(listing.unpackedSize / 2 ** 20).toFixed(1)} MiB unpacked`)
  return [...new Set(faults)]
}

export const manifest = () => JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

// npm 12 gives an object by name, others an array.
function listingOf(output) {
  const parsed = JSON.parse(output.slice(output.search(/^[[{]/m)))
  return Array.isArray(parsed) ? parsed[0] : parsed.files ? parsed : Object.values(parsed)[0]
}

async function npmPack(cwd, ...args) {
  const { code, output } = await capture(...npm('pack', '--json', '--ignore-scripts', '--loglevel=error', ...args), {
    cwd,
  })
  if (code !== 0) stop(`npm pack failed:\n${output}`)
  return listingOf(output)
}

/** What a package of this checkout has in it. */
export const listing = () => npmPack(root, '--dry-run')

/** The tarball. `local` packs this checkout's own build in place of the prebuilt binaries. */
export async function tarball({ local = false } = {}) {
  const stage = path.join(folder, 'stage')
  rmSync(stage, { recursive: true, force: true })
  mkdirSync(path.join(stage, 'prebuilds'), { recursive: true })
  for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md', 'THIRD_PARTY_NOTICES.md', 'dist'])
    cpSync(path.join(root, name), path.join(stage, name), { recursive: true })
  const { private: _, ...published } = manifest()
  writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
  // Not before there is a dist/.
  const { platformKey } = await import('../../dist/core/platform.js')
  if (local) cpSync(path.join(root, addon), path.join(stage, `prebuilds/${platformKey()}.node`))
  else
    for (const name of readdirSync(path.join(root, 'prebuilds')).filter((file) => file.endsWith('.node')))
      cpSync(path.join(root, 'prebuilds', name), path.join(stage, 'prebuilds', name))
  const { filename } = await npmPack(stage, '--pack-destination', folder)
  return path.join(folder, filename)
}

/** The platforms whose binaries the tarball has. */
export const binaries = () =>
  readdirSync(path.join(folder, 'stage/prebuilds')).map((name) => path.basename(name, '.node'))

/** Programs that no installation may start, each leaving a note of itself, and nothing else but Node and a shell. */
export function barePath(node, into) {
  // Windows starts programs by more than the PATH, and installs in the same way.
  if (process.platform === 'win32') return { env: process.env, started: () => '' }
  rmSync(into, { recursive: true, force: true })
  mkdirSync(into, { recursive: true })
  const note = path.join(into, 'started')
  for (const name of [
    'node-gyp',
    'make',
    'cmake',
    'ninja',
    'python',
    'python3',
    'cc',
    'gcc',
    'g++',
    'c++',
    'clang',
    'clang++',
  ])
    writeFileSync(path.join(into, name), `#!/bin/sh\necho "$0 $*" >> '${note}'\nexit 1\n`, { mode: 0o755 })
  const shell = ['/bin/sh', '/usr/bin/sh'].find(existsSync)
  symlinkSync(shell, path.join(into, 'sh'))
  symlinkSync(node, path.join(into, 'node'))
  const env = {
    PATH: into,
    HOME: process.env.HOME,
    LANG: 'C.UTF-8',
    NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS,
  }
  for (const name of Object.keys(env)) if (env[name] === undefined) delete env[name]
  return { env, started: () => (existsSync(note) ? readFileSync(note, 'utf8').trim() : '') }
}

/** Makes an app with the package in it, by npm with scripts off; gives its folder. */
export async function install(archive, name) {
  const app = path.join(folder, name)
  rmSync(app, { recursive: true, force: true })
  mkdirSync(app, { recursive: true })
  writeFileSync(path.join(app, 'package.json'), '{ "name": "app", "private": true }\n')
  const args = ['install', '--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--loglevel=error', archive]
  const { code, output } = await capture(...npm(...args), { cwd: app })
  if (code !== 0) stop(`npm install of the package failed:\n${output}`)
  return app
}

export const installed = (app) => path.join(app, 'node_modules/ndops')

/** Lays the compiled tests, with what they read, beside the installed package's own files. */
export function layTests(app) {
  const home = installed(app)
  cpSync(path.join(root, 'build/ts'), path.join(home, 'build/ts'), {
    recursive: true,
    filter: (from) => from !== path.join(root, 'build/ts/lib'),
  })
  symlinkSync(path.join(home, 'dist'), path.join(home, 'build/ts/lib'))
  for (const name of ['test', 'lib', 'docs', 'examples', 'scripts', '.mocharc.json'])
    symlinkSync(path.join(root, name), path.join(home, name))
  symlinkSync(path.join(root, 'node_modules'), path.join(home, 'node_modules'))
  return home
}
