// What the machine must have, besides Node and npm, and what that is called in its package manager.
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { capture, commandOutput, hasCommand, run, say, stop } from './run.mjs'

const multiarch = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch]

function prefixes() {
  const brew = process.platform === 'darwin' ? ['/opt/homebrew', '/usr/local'] : []
  const kegs = brew.flatMap((p) => ['openblas', 'eigen', 'xsimd', 'doctest'].map((keg) => `${p}/opt/${keg}`))
  return [...(process.env.CMAKE_PREFIX_PATH ?? '').split(/[:;]/), ...kegs, ...brew, '/usr/local', '/usr'].filter(
    Boolean,
  )
}

const hasHeader = (...names) => prefixes().some((p) => names.some((name) => existsSync(path.join(p, 'include', name))))

// Debian has several flavours of OpenBLAS side by side; only the pthread one may be called from several threads.
const hasOpenblas = () =>
  existsSync('/etc/debian_version') && multiarch !== undefined
    ? hasHeader(`${multiarch}/openblas-pthread/cblas.h`)
    : hasHeader('cblas.h', 'openblas/cblas.h')

const compilers = ['c++', 'g++', 'clang++', 'g++-11', 'g++-12', 'g++-13', 'g++-14']
const needs = [
  { is: () => compilers.some(hasCommand), apt: 'g++', apk: 'g++', brew: 'gcc' },
  { is: () => hasCommand('cmake'), apt: 'cmake', apk: 'cmake', brew: 'cmake' },
  { is: () => hasCommand('make') || hasCommand('ninja'), apt: 'make', apk: 'make', brew: 'ninja' },
  { is: hasOpenblas, apt: 'libopenblas-pthread-dev', apk: 'openblas-dev', brew: 'openblas' },
  { is: () => hasHeader('eigen3/Eigen/Core', 'Eigen/Core'), apt: 'libeigen3-dev', apk: 'eigen-dev', brew: 'eigen' },
  { is: () => hasHeader('xsimd/xsimd.hpp'), apt: 'libxsimd-dev', apk: 'xsimd-dev', brew: 'xsimd' },
]
const testNeeds = [
  { is: () => hasHeader('doctest/doctest.h'), apt: 'doctest-dev', apk: 'doctest-dev', brew: 'doctest' },
]
// Runs the tests on a processor without AVX; where it cannot be had, that part of the tests is skipped.
const emulator = { is: () => hasCommand('qemu-x86_64'), apt: 'qemu-user', apk: 'qemu-x86_64' }
export const canEmulate = () => process.platform === 'linux' && process.arch === 'x64' && emulator.is()

/** Where Debian's packages for arm64 on other processors put that system's libraries. */
export const ARM64_LIBRARIES = '/usr/aarch64-linux-gnu'
/** The compiler for arm64 where its programs can be run too, or undefined. */
export const crossCompiler = () =>
  hasCommand('qemu-aarch64') && ['xsimd', 'doctest'].every((name) => existsSync(`/usr/include/${name}`))
    ? ['', '-11', '-12', '-13', '-14'].map((version) => `aarch64-linux-gnu-g++${version}`).find(hasCommand)
    : undefined

const managers = {
  apt: { command: 'apt-get', install: ['apt-get', 'install', '-y', '--no-install-recommends'], root: true },
  apk: { command: 'apk', install: ['apk', 'add'], root: true },
  brew: { command: 'brew', install: ['brew', 'install'], root: false },
}

const aptEnvironment = () => ({ ...process.env, DEBIAN_FRONTEND: 'noninteractive' })

function aptHasLists() {
  const folder = '/var/lib/apt/lists'
  return (
    existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('Packages') || name.includes('Packages.'))
  )
}

async function aptInstall(command) {
  const env = aptEnvironment()
  if (aptHasLists() && (await run(command[0], command.slice(1), { env })) === 0) return 0
  // A fresh machine has no package lists, an old one may have lists of versions that are gone.
  const update = await capture('apt-get', ['update'], { show: true, env })
  if (update.code !== 0) return update.code
  return run(command[0], command.slice(1), { env })
}

/** Makes sure of the system's packages: as root installs what is missing, else prints the one command and stops. */
export async function ensureSystem({ tests = false } = {}) {
  const wanted = [...needs, ...(tests ? testNeeds : [])]
  if (tests && process.platform === 'linux' && process.arch === 'x64') wanted.push(emulator)
  const missing = wanted.filter((need) => !need.is())
  if (missing.length === 0) return
  const name = Object.keys(managers).find((key) => hasCommand(managers[key].command))
  if (name === undefined) {
    const list = (key) =>
      missing
        .map((need) => need[key])
        .filter(Boolean)
        .join(' ')
    stop(`missing on this machine: Debian/Ubuntu "${list('apt')}", Alpine "${list('apk')}", Homebrew "${list('brew')}"`)
  }
  const manager = managers[name]
  const command = [...manager.install, ...missing.map((need) => need[name]).filter(Boolean)]
  const isRoot = process.getuid?.() === 0
  if (!manager.root || !isRoot) {
    const sudo = manager.root ? 'sudo ' : ''
    const update = name === 'apt' && !aptHasLists() ? 'sudo apt-get update && ' : ''
    stop(`packages are missing; install them with this and run the same again: ${update}${sudo}${command.join(' ')}`)
  }
  say(`installing what is missing: ${command.join(' ')}`)
  const code = name === 'apt' ? await aptInstall(command) : await run(command[0], command.slice(1))
  const left = missing.filter((need) => !need.is() && need !== emulator)
  if (left.length > 0) {
    const names = left.map((need) => need[name]).join(' ')
    stop(`${names} could not be installed (${command[0]} ended with ${code}): see above, then run ${command.join(' ')}`)
  }
}

/** Compiler and CMake as they say of themselves, for reports. */
export function toolVersions() {
  const first = (text) => text?.split('\n')[0] ?? 'unknown'
  return { compiler: first(commandOutput('c++', ['--version'])), cmake: first(commandOutput('cmake', ['--version'])) }
}
