/** Which binary this process needs, and what the process is, in the words of a load error and of `ndops doctor`. */

import { existsSync, readFileSync } from 'node:fs'

/** The binaries that are made: the key is the file's name in prebuilds/. */
export const PREBUILT = [
  'linux-x64',
  'linux-arm64',
  'linuxmusl-x64',
  'linuxmusl-arm64',
  'darwin-universal',
  'win32-x64',
  'win32-arm64',
] as const

/** Floors of the binaries: the C library's symbols, and Node-API's version. */
export const NEEDS = { glibc: '2.28', napi: 9, node: '20.9' } as const

interface ReportHeader {
  readonly glibcVersionRuntime?: string
}

/** The version of the GNU C library that this process runs on, or undefined. Takes milliseconds: for reports only. */
export function glibcVersion(): string | undefined {
  try {
    const report = process.report?.getReport() as { header?: ReportHeader } | undefined
    return report?.header?.glibcVersionRuntime
  } catch {
    return undefined
  }
}

/**
 * Whether the process runs on musl's C library: read off its mappings, as a machine may have both libraries. musl's own
 * name is libc.so, which Alpine calls ld-musl-…; glibc's is libc.so.6 or libc-2.28.so.
 */
export function isMusl(): boolean {
  if (process.platform !== 'linux') return false
  try {
    const maps = readFileSync('/proc/self/maps', 'latin1')
    return /\/ld-musl-|\/libc\.musl-|\/libc\.so$/m.test(maps)
  } catch {
    // No /proc, or the permission model hides it.
    return glibcVersion() === undefined && existsSync('/etc/alpine-release')
  }
}

/** What this process would load: a key of {@link PREBUILT}, or one for which there is no binary. */
export function platformKey(): string {
  if (process.platform === 'darwin') return 'darwin-universal'
  return `${process.platform}${isMusl() ? 'musl' : ''}-${process.arch}`
}

/** The program and its version: Node 20.9.0, Electron 38.1.0, Bun 1.3.0, Deno 2.5.0. */
export function runtimeName(): string {
  const { versions } = process
  for (const [key, name] of [
    ['electron', 'Electron'],
    ['bun', 'Bun'],
    ['deno', 'Deno'],
  ] as const)
    if (versions[key] !== undefined) return `${name} ${versions[key]}`
  return `Node ${versions.node}`
}

/** The C library: glibc 2.36, musl, or nothing where the platform has one only. */
export function libcName(): string | undefined {
  if (process.platform !== 'linux') return undefined
  const glibc = glibcVersion()
  if (glibc !== undefined) return `glibc ${glibc}`
  return isMusl() ? 'musl' : 'an unknown C library'
}

/** The platform in one line. */
export function platformName(): string {
  const napi = process.versions.napi
  return [platformKey(), libcName(), `${runtimeName()} (Node-API ${napi ?? 'unknown'})`].filter(Boolean).join(', ')
}
