// What a prebuilt binary must be to load everywhere: its floor of the C library, nothing of Node but Node-API, its own
// copies of all else, no search path, a size.   node scripts/checkBinary.mjs prebuilds/*.node
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { addonFaults } from './checkSymbols.mjs'
import { machO, pe, slices } from './support/images.mjs'
import { commandOutput, isMain, say, stop } from './support/run.mjs'

/** Bytes: of a binary for one processor. */
export const LARGEST = 10 * 2 ** 20
const floor = [2, 28]
const macOS = [12, 0]

const libraries = {
  linux: /^(libc|libm|libpthread|libdl|librt)\.so\.[0-9]+$|^ld-linux[\w-]*\.so\.[0-9]+$/,
  linuxmusl: /^libc\.so$|^libc\.musl-\w+\.so\.1$/,
  darwin: /^\/usr\/lib\/libSystem\.B\.dylib$/,
  win32: /^(kernel32|ntdll|advapi32|ucrtbase|api-ms-win-crt-[\w-]+)\.dll$/i,
}
const machines = { x64: 'X86-64', arm64: 'AArch64' }

/** The highest version of a kind of symbol that is needed, as [2, 17], or null; `text` by readelf -V. */
export function highest(text, kind) {
  const found = [...text.matchAll(new RegExp(`\\b${kind}_([0-9.]+)`, 'g'))].map(([, version]) =>
    version.split('.').map(Number),
  )
  return found.sort(([a, b], [c, d]) => a - c || b - d).pop() ?? null
}

/** Faults of a binary for a platform's key. All listings by readelf -W: header, dynamic section, versions, segments. */
export function binaryFaults(key, { header, dynamic, versions, segments, size }) {
  const [system, arch] = key.split('-')
  const faults = []
  if (!header.includes(machines[arch])) faults.push(`is not for ${arch}`)
  for (const [, name] of dynamic.matchAll(/\(NEEDED\).*\[(.*)\]/g))
    if (!libraries[system].test(name)) faults.push(`needs the library ${name}`)
  if (/\((RPATH|RUNPATH)\)/.test(dynamic)) faults.push('has a library search path')
  if (/\(TEXTREL\)/.test(dynamic)) faults.push('relocates its code')
  if (!/\bNODELETE\b/.test(dynamic)) faults.push('may be unloaded, with its threads running')
  if (/GNU_STACK.*\bRWE\b/.test(segments)) faults.push('wants an executable stack')
  if (system === 'linux') {
    const [major, minor] = highest(versions, 'GLIBC') ?? [0, 0]
    if (major > floor[0] || (major === floor[0] && minor > floor[1])) faults.push(`needs GLIBC_${major}.${minor}`)
  } else if (highest(versions, 'GLIBC') !== null) faults.push('needs glibc')
  if (/\b(GLIBCXX|CXXABI|GCC)_[0-9]/.test(versions)) faults.push("needs the system's C++ runtime")
  if (size > LARGEST) faults.push(`is ${mebibytes(size)} large`)
  return faults
}

const listing = (command, ...args) => commandOutput(command, args) ?? stop(`${command} failed: install binutils`)

const asListed = (names, type) => names.map((name) => `${name} ${type}`).join('\n')
const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`

/** Faults of a universal binary for macOS, or of one for Windows, as support/images.mjs reads it. */
export function imageFaults(key, images, size) {
  const [system, arch] = key.split('-')
  const faults = []
  const wanted = arch === 'universal' ? ['arm64', 'x64'] : [arch]
  const found = images.map((image) => image.arch).sort()
  if (String(found) !== String(wanted)) faults.push(`is for ${found.join(' and ')}`)
  for (const { libraries: needed, paths = [], least = macOS, exported, undefined: foreign = [] } of images) {
    for (const name of needed) if (!libraries[system].test(name)) faults.push(`needs the library ${name}`)
    if (paths.length > 0) faults.push('has a library search path')
    if (least[0] > macOS[0]) faults.push(`needs macOS ${least.join('.')}`)
    // The linker's own names for the file's start.
    const own = exported.filter((name) => !/^(_mh_\w+_header|__dso_handle)$/.test(name))
    faults.push(...addonFaults(asListed(own, 'T'), asListed(foreign, 'U')))
  }
  if (size > LARGEST * wanted.length) faults.push(`is ${mebibytes(size)} large`)
  return faults
}

/** Reads a binary and gives its faults and, in one line, its facts. */
export function examine(file) {
  const key = path.basename(file, '.node')
  if (!/^linux(musl)?-/.test(key)) {
    const data = readFileSync(file)
    const images = key.startsWith('win32') ? [pe(data)] : slices(data).map(machO)
    return { text: `${key}: ${mebibytes(data.length)}`, faults: imageFaults(key, images, data.length) }
  }
  const facts = {
    header: listing('readelf', '-hW', file),
    dynamic: listing('readelf', '-dW', file),
    versions: listing('readelf', '-VW', file),
    segments: listing('readelf', '-lW', file),
    size: statSync(file).size,
  }
  const defined = listing('nm', '-P', '-D', '--defined-only', file)
  const foreign = listing('nm', '-P', '-D', '--undefined-only', file)
  const glibc = highest(facts.versions, 'GLIBC')
  const text = `${key}: ${mebibytes(facts.size)}, ${glibc === null ? 'musl' : `at most GLIBC_${glibc.join('.')}`}`
  return { text, faults: [...binaryFaults(key, facts), ...addonFaults(defined, foreign)] }
}

export function checkBinary(file) {
  const { text, faults } = examine(file)
  for (const fault of faults) say(`${file} ${fault}`)
  if (faults.length > 0) stop(`${file} is not fit to be published`)
  say(text)
}

if (isMain(import.meta.url)) for (const file of process.argv.slice(2)) checkBinary(file)
