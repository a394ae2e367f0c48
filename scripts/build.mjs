// npm run build: the addon (build/Release/ndops.node) and dist/. `--addon` builds the addon alone (binding.gyp).
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { setup } from './setup.mjs'
import { cores, filesUnder, fingerprint, hasCommand, isMain, once, root, run, say, stop, tool } from './support/run.mjs'

export const addonFolder = 'build/addon'
export const sanitizedFolder = 'build/sanitize'
export const neonFolder = 'build/neon'
export const addon = 'build/Release/ndops.node'

const nativeSources = () => [...filesUnder(['native']), 'CMakeLists.txt', 'package-lock.json']

/** A build folder that was configured elsewhere, or by a CMake that is gone, is of no use. */
function generatorOf(folder) {
  const preferred = hasCommand('ninja') ? 'Ninja' : 'Unix Makefiles'
  const cache = path.join(root, folder, 'CMakeCache.txt')
  if (!existsSync(cache)) return preferred
  const text = readFileSync(cache, 'utf8')
  const entry = (name) => text.match(new RegExp(`^${name}:\\w+=(.*)$`, 'm'))?.[1]
  const generator = entry('CMAKE_GENERATOR')
  const usable = generator === 'Ninja' ? hasCommand('ninja') : hasCommand('make')
  if (entry('CMAKE_HOME_DIRECTORY') === root && usable && existsSync(entry('CMAKE_COMMAND') ?? '')) return generator
  rmSync(path.join(root, folder), { recursive: true, force: true })
  return preferred
}

const compilerHint = 'g++ 11 or clang++ 12, or later, and about 2 GB of memory a core are needed'

function failed(what) {
  stop(`${what} did not build (see above): ${compilerHint}; \`npm run setup\` installs libraries that are missing`)
}

/** The addon by cmake-js. Nothing is downloaded: node-api-headers has the headers. */
export async function buildAddon() {
  await once('addon', fingerprint(nativeSources(), process.arch), [addon], async () => {
    say(`building the addon (${cores} at a time)`)
    const cmakeJs = (command, ...args) =>
      run(process.execPath, [tool('cmake-js/bin/cmake-js'), command, '-l', 'warn', '-O', addonFolder, ...args])
    const generator = generatorOf(addonFolder)
    const output = `--CDCMAKE_LIBRARY_OUTPUT_DIRECTORY=${path.join(root, path.dirname(addon))}`
    if ((await cmakeJs('configure', '-G', generator, output)) !== 0) failed('the addon')
    if ((await cmakeJs('build', '-G', generator, '-p', String(cores))) !== 0) failed('the addon')
    if (!existsSync(path.join(root, addon))) failed('the addon')
  })
}

/** The native tests, from the objects of the addon. */
export async function buildNativeTests() {
  const made = fingerprint([...nativeSources(), ...filesUnder(['test/native'])], process.arch)
  await once('native-tests', made, [`${addonFolder}/ndops_tests`], async () => {
    say('building the native tests')
    const configured = await run('cmake', ['-DNDOPS_TESTS=OFF', addonFolder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    if (configured !== 0) failed('the native tests')
    const args = ['--build', addonFolder, '--target', 'ndops_tests', '-j', String(cores)]
    if ((await run('cmake', args)) !== 0) failed('the native tests')
  })
}

/**
 * The native tests once more, under AddressSanitizer and UBSan, for the given CPU levels; `addon` makes
 * build/sanitize/ndops.node besides.
 */
export async function buildSanitized(levels, { addon: withAddon = false } = {}) {
  const made = fingerprint([...nativeSources(), ...filesUnder(['test/native'])], process.arch, levels)
  const outputs = [`${sanitizedFolder}/ndops_tests`, ...(withAddon ? [`${sanitizedFolder}/ndops.node`] : [])]
  await once('sanitized', made, outputs, async () => {
    say('building the native tests with sanitizers')
    const generator = generatorOf(sanitizedFolder)
    const options = [`-DNDOPS_ADDON=${withAddon ? 'ON' : 'OFF'}`, '-DNDOPS_TESTS=ON', '-DNDOPS_SANITIZE=ON']
    options.push(`-DNDOPS_LEVELS=${levels.join(';')}`)
    const configure = ['-S', '.', '-B', sanitizedFolder, '-G', generator, ...options]
    if ((await run('cmake', configure, { stdio: ['ignore', 'ignore', 'inherit'] })) !== 0) failed('the sanitized tests')
    if ((await run('cmake', ['--build', sanitizedFolder, '-j', String(cores)])) !== 0) failed('the sanitized tests')
  })
}

/** The native tests of elementwise math, and of what it needs, for arm64: `compiler` is Debian's for another processor. */
export async function buildNeonTests(compiler) {
  const made = fingerprint([...nativeSources(), ...filesUnder(['test/native'])], compiler)
  await once('neon-tests', made, [`${neonFolder}/ndops_tests`], async () => {
    say('building the native tests of math for arm64')
    // The other processor's compiler must not see the rest of /usr/include.
    const include = path.join(root, neonFolder, 'include')
    rmSync(include, { recursive: true, force: true })
    mkdirSync(include, { recursive: true })
    for (const name of ['xsimd', 'doctest']) symlinkSync(path.join('/usr/include', name), path.join(include, name))
    const options = {
      CMAKE_SYSTEM_NAME: 'Linux',
      CMAKE_SYSTEM_PROCESSOR: 'aarch64',
      CMAKE_CXX_COMPILER: compiler,
      NDOPS_ADDON: 'OFF',
      NDOPS_TESTS: 'ON',
      NDOPS_FAMILIES: 'elementwise;indexing;manipulation',
      XSIMD_INCLUDE: include,
      DOCTEST_INCLUDE: include,
    }
    const defined = Object.entries(options).map(([name, value]) => `-D${name}=${value}`)
    const configure = ['-S', '.', '-B', neonFolder, '-G', generatorOf(neonFolder), ...defined]
    if ((await run('cmake', configure, { stdio: ['ignore', 'ignore', 'inherit'] })) !== 0) failed('the tests for arm64')
    if ((await run('cmake', ['--build', neonFolder, '-j', String(cores)])) !== 0) failed('the tests for arm64')
  })
}

const tsc = (project) => run(process.execPath, [tool('typescript/lib/tsc.js'), '-p', project])

const libSources = () => [
  ...filesUnder(['lib'], (file) => !file.startsWith('lib/generated/')),
  ...['tsconfig.base.json', 'tsconfig.json', 'scripts/generate.mjs', 'package.json', 'package-lock.json'],
]

/** dist/: what the package carries besides binaries. */
export async function buildLibrary() {
  await once('library', fingerprint(libSources()), ['dist/index.js', 'dist/index.mjs'], async () => {
    say('building dist/')
    for (const made of ['dist', 'build/lib.tsbuildinfo'])
      rmSync(path.join(root, made), { recursive: true, force: true })
    if ((await run(process.execPath, ['scripts/generate.mjs'])) !== 0) stop('scripts/generate.mjs failed: see above')
    if ((await tsc('tsconfig.json')) !== 0) stop('the TypeScript in lib/ did not compile: see above')
    if ((await run(process.execPath, ['scripts/generate.mjs', '--entries'])) !== 0)
      stop('scripts/generate.mjs failed: see above')
  })
}

const programs = ['test', 'bench', 'examples']
const programSources = () => filesUnder(programs, (file) => /\.(ts|mts|cts)$/.test(file))

/**
 * build/ts/: tests, benchmarks and examples. They import `../../lib/…`, which there is dist/: the same modules that
 * `ndops` names, so that there is one state.
 */
export async function buildPrograms() {
  const made = fingerprint([...libSources(), ...programSources(), 'tsconfig.programs.json'])
  await once('programs', made, ['build/ts/lib/index.js'], async () => {
    say('building tests, benchmarks and examples')
    // Afresh: what was compiled from a file that is gone must not run.
    rmSync(path.join(root, 'build/ts'), { recursive: true, force: true })
    mkdirSync(path.join(root, 'build/ts'), { recursive: true })
    symlinkSync(path.join(root, 'dist'), path.join(root, 'build/ts/lib'), 'junction')
    if ((await tsc('tsconfig.programs.json')) !== 0)
      stop('the TypeScript in test/, bench/ or examples/ did not compile: see above')
  })
}

export async function build() {
  await buildAddon()
  await buildLibrary()
}

if (isMain(import.meta.url)) {
  if (process.argv.includes('--addon')) {
    await buildAddon()
  } else {
    await setup()
    await build()
    say(`built: ${addon} and dist/`)
  }
}
