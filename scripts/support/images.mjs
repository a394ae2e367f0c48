// What checkBinary needs of Mach-O and PE files, for which Linux has no readelf.

const MACHINES = { 16777223: 'x64', 16777228: 'arm64', 34404: 'x64', 43620: 'arm64' }
const text = (file, at) => file.toString('latin1', at, file.indexOf(0, at))

/** A thin Mach-O file: processor, libraries, search paths, least macOS as [12, 0], exported and undefined names. */
export function machO(file) {
  const found = {
    arch: MACHINES[file.readUInt32LE(4)],
    libraries: [],
    paths: [],
    least: null,
    exported: [],
    undefined: [],
  }
  let at = 32
  for (let left = file.readUInt32LE(16); left > 0; --left) {
    const [command, size] = [file.readUInt32LE(at), file.readUInt32LE(at + 4)]
    const name = () => text(file, at + file.readUInt32LE(at + 8))
    if ([0xc, 0x80000018, 0x8000001f].includes(command)) found.libraries.push(name())
    if (command === 0x8000001c) found.paths.push(name())
    if (command === 0x32) found.least = [file.readUInt16LE(at + 14), file[at + 13]]
    if (command === 2) readSymbols(file, at, found)
    at += size
  }
  return found
}

function readSymbols(file, at, found) {
  const [symbols, count, strings] = [8, 12, 16].map((offset) => file.readUInt32LE(at + offset))
  for (let i = 0; i < count; ++i) {
    const entry = symbols + 16 * i
    const type = file[entry + 4]
    // Debugger's entries (0xe0), private ones (0x10), locals.
    if ((type & 0xf0) !== 0 || (type & 1) === 0) continue
    const name = text(file, strings + file.readUInt32LE(entry)).slice(1)
    ;((type & 0xe) === 0 ? found.undefined : found.exported).push(name)
  }
}

/** The thin files of a universal Mach-O file. */
export function slices(file) {
  if (file.readUInt32BE(0) !== 0xcafebabe) return [file]
  return Array.from({ length: file.readUInt32BE(4) }, (_, i) => {
    const start = file.readUInt32BE(8 + 20 * i + 8)
    return file.subarray(start, start + file.readUInt32BE(8 + 20 * i + 12))
  })
}

/** A PE file: processor, libraries, exported names. */
export function pe(file) {
  const header = file.readUInt32LE(0x3c)
  const optional = header + 24
  const first = optional + file.readUInt16LE(header + 20)
  const sections = Array.from({ length: file.readUInt16LE(header + 6) }, (_, i) => first + 40 * i)
  const offset = (address) => {
    const inside = (at) => address - file.readUInt32LE(at + 12)
    const section = sections.find((at) => inside(at) >= 0 && inside(at) < Math.max(file.readUInt32LE(at + 8), 1))
    return inside(section) + file.readUInt32LE(section + 20)
  }
  const directory = (i) => file.readUInt32LE(optional + 112 + 8 * i)
  const found = { arch: MACHINES[file.readUInt16LE(header + 4)], libraries: [], exported: [] }
  if (directory(1) !== 0)
    for (let at = offset(directory(1)); file.readUInt32LE(at + 12) !== 0; at += 20)
      found.libraries.push(text(file, offset(file.readUInt32LE(at + 12))))
  if (directory(0) !== 0) {
    const table = offset(directory(0))
    const names = offset(file.readUInt32LE(table + 32))
    for (let i = 0; i < file.readUInt32LE(table + 24); ++i)
      found.exported.push(text(file, offset(file.readUInt32LE(names + 4 * i))))
  }
  return found
}
