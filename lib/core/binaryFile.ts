/** What a file of machine code is, by its own header: the system's loader may say little of it, or die of it. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const HEADER_BYTES = 64
const ELF = 0x7f454c46
const MACH = 0xcffaedfe
const MACH_UNIVERSAL = 0xcafebabe
const DOS = 0x4d5a

const ELF_MACHINES: { readonly [machine: number]: string } = { 3: 'ia32', 40: 'arm', 62: 'x64', 183: 'arm64' }
const MACH_MACHINES: { readonly [machine: number]: string } = { 16777223: 'x64', 16777228: 'arm64' }
const PE_MACHINES: { readonly [machine: number]: string } = { 332: 'ia32', 34404: 'x64', 43620: 'arm64' }

/** A file's header, the bytes from `place` on that it names, and its size. */
function read<T>(file: string, use: (header: DataView, at: (place: number) => DataView, size: number) => T): T {
  const open = openSync(file, 'r')
  try {
    const at = (place: number): DataView => {
      const view = new DataView(new ArrayBuffer(HEADER_BYTES))
      readSync(open, view, 0, HEADER_BYTES, place)
      return view
    }
    return use(at(0), at, fstatSync(open).size)
  } finally {
    closeSync(open)
  }
}

/** The platform that a file is for, as `linux-arm64`; undefined where it is no binary, or cannot be read. */
export function platformOf(file: string): string | undefined {
  try {
    return read(file, (header, at) => {
      const magic = header.getUint32(0)
      if (magic === ELF) return `linux-${ELF_MACHINES[header.getUint16(18, true)] ?? 'unknown'}`
      if (magic === MACH) return `darwin-${MACH_MACHINES[header.getUint32(4, true)] ?? 'unknown'}`
      if (magic === MACH_UNIVERSAL) return 'darwin-universal'
      if (header.getUint16(0) !== DOS) return undefined
      return `win32-${PE_MACHINES[at(header.getUint32(60, true)).getUint16(4, true)] ?? 'unknown'}`
    })
  } catch {
    return undefined
  }
}

/**
 * Says that a Linux binary is cut short, or gives undefined. The loader maps what is there, and the process dies of
 * SIGBUS where it reads on; other systems refuse such a file.
 */
export function cutShort(file: string): string | undefined {
  try {
    return read(file, (header, _at, size) => {
      if (header.getUint32(0) !== ELF || header.getUint8(4) !== 2) return undefined
      // The table of sections comes last.
      const sections = Number(header.getBigUint64(40, true))
      const end = sections + header.getUint16(58, true) * header.getUint16(60, true)
      return size < end ? `the file is cut short: ${size} of ${end} bytes` : undefined
    })
  } catch {
    // Not there, or not to be read: the loader will say so.
    return undefined
  }
}
