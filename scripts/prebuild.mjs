// npm run prebuild: self-contained binaries into prebuilds/, one for each platform: OpenBLAS and the C++ runtime static.
// Made on Linux x64 with nothing of the system's but make, CMake, binutils and pip.
//   npm run prebuild [-- target ...]   linux-x64, linuxmusl-x64 and linux-arm64 where none is named; TARGETS has all
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { checkBinary } from './checkBinary.mjs'
import { hostApi, names } from './prebuild/hostApi.mjs'
import { SOURCES, source, work, ZIG, zig } from './prebuild/sources.mjs'
import { withTraps } from './prebuild/traps.mjs'
import { joinFiles } from './prebuild/universal.mjs'
import { setup } from './setup.mjs'
import { capture, cores, filesUnder, fingerprint, isMain, once, root, run, say, stop } from './support/run.mjs'

// PRESCOTT is always there: what processors take that run none of the others. Sapphire Rapids and Cooper Lake differ from
// SKYLAKEX in products of bfloat16 alone, which we never ask for.
const x64 = { arch: 'x64', processor: 'x86_64', blas: ['TARGET=NEHALEM', 'DYNAMIC_LIST=HASWELL ZEN SKYLAKEX'] }
const arm64 = { arch: 'arm64', processor: 'aarch64', blas: ['TARGET=ARMV8', 'DYNAMIC_LIST=NEOVERSEN1'] }
export const TARGETS = {
  'linux-x64': { ...x64, zig: 'x86_64-linux-gnu.2.28' },
  'linuxmusl-x64': { ...x64, zig: 'x86_64-linux-musl' },
  'linux-arm64': { ...arm64, zig: 'aarch64-linux-gnu.2.28' },
  'linuxmusl-arm64': { ...arm64, zig: 'aarch64-linux-musl' },
  'darwin-universal': { halves: ['darwin-x64', 'darwin-arm64'] },
  'darwin-x64': { ...x64, zig: 'x86_64-macos.12.0', system: 'Darwin' },
  'darwin-arm64': { ...arm64, zig: 'aarch64-macos.12.0', system: 'Darwin' },
  'win32-x64': { ...x64, zig: 'x86_64-windows-gnu', system: 'Windows' },
  'win32-arm64': { ...arm64, zig: 'aarch64-windows-gnu', system: 'Windows' },
}
const byDefault = ['linux-x64', 'linuxmusl-x64', 'linux-arm64']

// What CMake must be told of a system that is not the building machine's. `true` stands for programs that it looks for
// and does not run.
const systems = {
  Linux: { link: '-s -Wl,--gc-sections' },
  Darwin: { link: '-s -Wl,-dead_strip', options: { CMAKE_INSTALL_NAME_TOOL: 'true' } },
  Windows: { link: '-s -Wl,--gc-sections', options: { CMAKE_RC_COMPILER: 'true' } },
}

// A buffer for each thread that may be in a product at once: the pool's 256, and those of jobs.
const blasOptions = [
  ...['NUM_THREADS=320', 'USE_THREAD=0', 'USE_LOCKING=1', 'DYNAMIC_ARCH=1', 'NO_SHARED=1', 'NO_AFFINITY=1'],
  ...['ONLY_CBLAS=1', 'NO_LAPACK=1', 'NO_LAPACKE=1', 'NOFORTRAN=1', 'BUILD_BFLOAT16=0', 'HOSTCC=cc'],
]

const tools = { cc: 'cc', 'c++': 'c++', ar: 'ar', ranlib: 'ranlib' }

/** Programs that CMake and make can call as one word. */
function wrappers(zigProgram, target) {
  const folder = path.join(work, target, 'bin')
  mkdirSync(folder, { recursive: true })
  for (const [name, tool] of Object.entries(tools)) {
    const words = [path.join(root, 'scripts/prebuild/zig.sh'), zigProgram, tool, TARGETS[target].zig]
    const quoted = words.map((word) => `'${word}'`).join(' ')
    writeFileSync(path.join(folder, name), `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 })
  }
  return (name) => path.join(folder, name)
}

/** Runs a long step with its output in a file; where it fails, its end is shown. */
async function logged(name, command, args, options = {}) {
  const { code, output } = await capture(command, args, options)
  const log = path.join(work, `${name}.log`)
  writeFileSync(log, output)
  if (code !== 0) {
    process.stderr.write(`${output.split('\n').slice(-30).join('\n')}\n`)
    stop(`${command} failed for ${name}: all it said is in ${log}`)
  }
}

const recipe = filesUnder(['scripts/prebuild.mjs', 'scripts/prebuild'])

/** OpenBLAS as a static library, with its headers; gives the folder. */
async function openblas(target, program) {
  const installed = path.join(work, target, 'openblas')
  const made = fingerprint(
    ['scripts/prebuild/zig.sh', 'scripts/prebuild/gemm.sh'],
    SOURCES.openblas,
    ZIG,
    TARGETS[target],
    blasOptions,
  )
  const library = path.relative(root, path.join(installed, 'lib/libopenblas.a'))
  await once(`prebuild-openblas-${target}`, made, [library], async () => {
    say(`building OpenBLAS for ${target}`)
    // Afresh: make keeps objects that were compiled with other options.
    rmSync(path.join(work, `openblas-${target}`), { recursive: true, force: true })
    const folder = await source('openblas', target)
    const empty = path.join(work, target, 'empty.o')
    if ((await run(program('cc'), ['-c', '-x', 'c', '/dev/null', '-o', empty])) !== 0) stop(`zig failed for ${target}`)
    const compiler = [path.join(root, 'scripts/prebuild/gemm.sh'), program('cc'), empty].map((word) => `'${word}'`)
    // Where no list of exports hides it.
    const hidden = TARGETS[target].system === 'Darwin' ? ' -fvisibility=hidden' : ''
    writeFileSync(program('gemm'), `#!/bin/sh\nexec ${compiler.join(' ')} "$@"${hidden}\n`, { mode: 0o755 })
    const programs = [`CC=${program('gemm')}`, `AR=${program('ar')}`, `RANLIB=${program('ranlib')}`]
    const options = [
      ...programs,
      ...blasOptions,
      ...TARGETS[target].blas,
      ...(process.arch === TARGETS[target].arch ? [] : ['CROSS=1']),
    ]
    await logged(`openblas-${target}`, 'make', ['-C', folder, '-j', String(cores), ...options, 'libs'])
    await logged(`openblas-${target}-install`, 'make', ['-C', folder, ...options, `PREFIX=${installed}`, 'install'])
  })
  return installed
}

/** The library that the addon is linked with: its tables name the same kernels on every system, and nm reads Linux's. */
async function gemmLibrary(target, folder, program) {
  const { arch, system } = TARGETS[target]
  const listed = system === undefined ? folder : await openblas(`linux-${arch}`, wrappers(await zig(), `linux-${arch}`))
  return withTraps(path.join(folder, 'lib/libopenblas.a'), path.join(listed, 'lib/libopenblas.a'), program)
}

/** The addon for one target, checked. */
async function prebuild(target) {
  const { halves, arch, processor, system = 'Linux' } = TARGETS[target]
  if (halves !== undefined) return join(target, halves)
  const program = wrappers(await zig(), target)
  const blas = await openblas(target, program)
  const eigen = await source('eigen')
  const xsimd = await source('xsimd')
  const output = `prebuilds/${target}.node`
  const made = fingerprint([...filesUnder(['native']), ...recipe, 'CMakeLists.txt', 'package-lock.json'], target)
  await once(`prebuild-${target}`, made, [output], async () => {
    say(`building the addon for ${target}`)
    const folder = path.join(work, target, 'addon')
    const options = {
      CMAKE_SYSTEM_NAME: system,
      CMAKE_SYSTEM_PROCESSOR: processor,
      CMAKE_CXX_COMPILER: program('c++'),
      CMAKE_AR: program('ar'),
      CMAKE_RANLIB: program('ranlib'),
      CMAKE_CXX_FLAGS: '-DNDOPS_BLAS_LOCKED -ffunction-sections -fdata-sections',
      CMAKE_MODULE_LINKER_FLAGS: systems[system].link,
      CBLAS_INCLUDE: path.join(blas, 'include'),
      OPENBLAS_LIBRARY: await gemmLibrary(target, blas, program),
      EIGEN_INCLUDE: eigen,
      XSIMD_INCLUDE: path.join(xsimd, 'usr/include'),
      ...systems[system].options,
    }
    mkdirSync(folder, { recursive: true })
    if (system === 'Windows') {
      options.CMAKE_JS_SRC = path.join(folder, 'hostApi.cc')
      writeFileSync(options.CMAKE_JS_SRC, hostApi(arch, names(9)))
    }
    const defined = Object.entries(options).map(([name, value]) => `-D${name}=${value}`)
    rmSync(path.join(folder, 'CMakeCache.txt'), { force: true })
    await logged(`configure-${target}`, 'cmake', ['-S', root, '-B', folder, '-G', 'Unix Makefiles', ...defined])
    await logged(`build-${target}`, 'cmake', ['--build', folder, '--target', 'ndops', '-j', String(cores)])
    mkdirSync(path.join(root, 'prebuilds'), { recursive: true })
    if ((await run('cp', [path.join(folder, 'ndops.node'), output])) !== 0) stop(`${output} could not be written`)
  })
  if (system === 'Linux') {
    const objects = path.relative(root, path.join(work, target, 'addon'))
    const symbols = await run(process.execPath, ['scripts/checkSymbols.mjs', objects, output])
    if (symbols !== 0) stop(`the objects for ${target} are not fit to be linked: see above`)
  }
  checkBinary(path.join(root, output))
}

/** One file of the binaries for two processors, in their place. */
async function join(target, halves) {
  const files = halves.map((half) => path.join(root, `prebuilds/${half}.node`))
  for (const half of halves) await prebuild(half)
  joinFiles(files, path.join(root, `prebuilds/${target}.node`))
  for (const file of files) rmSync(file)
  checkBinary(path.join(root, `prebuilds/${target}.node`))
}

if (isMain(import.meta.url)) {
  const asked = process.argv.slice(2)
  const unknown = asked.filter((target) => !(target in TARGETS))
  if (unknown.length > 0)
    stop(`no target is called ${unknown.join(', ')}; there are ${Object.keys(TARGETS).join(', ')}`)
  await setup({ system: false })
  for (const target of asked.length > 0 ? asked : byDefault) await prebuild(target)
  const there = readdirSync(path.join(root, 'prebuilds')).filter((name) => name.endsWith('.node'))
  say(`in prebuilds/: ${there.join(', ')}`)
}
