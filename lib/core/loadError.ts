/** Why the addon did not load: what was tried, what was found and needed, and what to do about it. */

import { existsSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { platformOf } from './binaryFile'
import type { NdopsError } from './errors'
import { glibcVersion, NEEDS, PREBUILT, platformName } from './platform'

/** A file that did not load, and what the system said. */
export interface Attempt {
  readonly file: string
  readonly error: unknown
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** The loader's message without the stack of modules that asked. */
const firstLine = (error: unknown): string => messageOf(error).split('\n')[0] ?? ''

function isOlder(found: string, needed: string): boolean {
  const [major = 0, minor = 0] = found.split('.').map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = needed.split('.').map(Number)
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor)
}

const absent = (attempt: Attempt): boolean =>
  codeOf(attempt.error) === 'MODULE_NOT_FOUND' || messageOf(attempt.error) === 'no such file'

/** The binaries that the package has here, whatever they are for. */
function present(folder: string): string[] {
  try {
    return readdirSync(join(folder, 'prebuilds')).filter((name) => /\.node$/.test(name))
  } catch {
    return []
  }
}

/** The platform that a file is for, where that is another one. */
function foreign(file: string): string | undefined {
  const platform = platformOf(file)
  const own = [`${process.platform}-${process.arch}`, `${process.platform}-universal`]
  return platform === undefined || own.includes(platform) ? undefined : platform
}

const SOURCE = 'build it from a checkout: npm run setup && npm run build'

/** What to do: the first cause that the facts show. */
function solution(key: string, folder: string, attempts: readonly Attempt[]): string {
  const said = attempts.map(({ error }) => messageOf(error)).join('\n')
  const codes = attempts.map(({ error }) => codeOf(error))
  const napi = Number(process.versions.napi)
  const glibc = glibcVersion()
  const own = said.match(/ndops: (.*)/)?.[1]
  if (own !== undefined) {
    if (own.startsWith('NDOPS_CPU_LEVEL')) return 'unset NDOPS_CPU_LEVEL, or name a level that the processor runs'
    return 'run on a processor with x86-64-v2 (SSE4.2), or let the emulator or hypervisor show one'
  }
  if (codes.includes('ERR_DLOPEN_DISABLED') || codes.includes('ERR_ACCESS_DENIED'))
    return 'this process may not load addons: leave --no-addons away, or beside --permission give --allow-addons and --allow-fs-read'
  if (napi < NEEDS.napi) return `update to Node ${NEEDS.node} or later`
  if (!PREBUILT.some((name) => name === key)) return `there is no prebuilt binary for ${key}; ${SOURCE}`
  if (glibc !== undefined && isOlder(glibc, NEEDS.glibc))
    return `update the system to glibc ${NEEDS.glibc} or later (Debian 10, Ubuntu 20.04, RHEL 8), or ${SOURCE}`
  if (/failed to map segment|Operation not permitted|Permission denied/i.test(said))
    return 'the file system forbids running code (noexec) or reading the file: install the package elsewhere'
  if (/\.asar[\\/]/.test(folder + sep)) return 'unpack the binary: asarUnpack "**/node_modules/ndops/prebuilds/**"'
  const wrong = attempts.map(({ file }) => foreign(file)).find((platform) => platform !== undefined)
  if (wrong !== undefined)
    return `the file is for ${wrong}: node_modules came from another machine; remove node_modules/ndops and install again on this one`
  const newer = said.match(/version [`'"]?((?:GLIBC|GLIBCXX|CXXABI|GCC)_[0-9.]+)['"]? not found/)?.[1]
  if (newer !== undefined)
    return `the binary was built on a newer system (it needs ${newer}): install the package again for its own binary, or ${SOURCE}`
  const files = present(folder)
  if (attempts.every(absent)) {
    if (existsSync(join(folder, 'binding.gyp'))) return 'build the addon: npm run build'
    if (files.length === 0)
      return `the binaries are not beside the code. If it was bundled, leave ndops out of the bundle (esbuild --external:ndops, webpack externals: { ndops: "commonjs ndops" }, rollup external: [/^ndops/]) or copy its prebuilds/ along; else install again`
    return `the package here has ${files.join(', ')}: it was installed for another platform, or pruned; install it again on this one`
  }
  const damaged =
    /invalid ELF header|Exec format error|file too short|cut short|wrong ELF class|not a valid Win32|mach-o|not self-register/i
  if (damaged.test(said)) return 'the file is damaged: remove node_modules/ndops and install again'
  const library = said.match(
    /(?:^|loading shared library |Library not loaded: )([^\s:]+\.(?:so|dylib)[.0-9]*)(?=[\s:]|$)/m,
  )?.[1]
  if (library !== undefined)
    return `the binary needs ${library}, which is not here: install that, or the package again for its own binary, which needs none`
  return `install the package again; if that does not help, ${SOURCE}, and report this message`
}

/** The error that a process without a usable binary gets. */
export function loadError(key: string, folder: string, attempts: readonly Attempt[]): NdopsError {
  const tried = attempts.map(({ file, error }) => {
    if (absent({ file, error })) return `  ${file}: not there`
    const platform = foreign(file)
    // Of a file for another processor, glibc says that it is not there.
    const what = platform === undefined ? firstLine(error).replace(`${file}: `, '') : `is for ${platform}`
    return `  ${file}: ${what}`
  })
  const lines = [
    'ndops: the native addon did not load.',
    `found: ${platformName()}`,
    `needed: Node-API ${NEEDS.napi} (Node ${NEEDS.node}); glibc ${NEEDS.glibc} or musl on Linux; x86-64-v2 or arm64`,
    'tried:',
    ...tried,
    `to do: ${solution(key, folder, attempts)}`,
  ]
  const last = attempts.filter((attempt) => !absent(attempt)).pop()
  const error = new Error(lines.join('\n'), last === undefined ? {} : { cause: last.error })
  return Object.assign(error, { code: 'ERR_NDOPS_LOAD' as const })
}
