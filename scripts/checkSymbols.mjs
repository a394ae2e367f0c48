// What linking can break without a word. Objects of one CPU level must not share code with another (a weak symbol that
// the linker takes from the wrong level dies on older processors), must not run anything at load, and offer one table.
// The addon must export Node-API's two entries alone and need nothing of V8 or libuv.
//   node scripts/checkSymbols.mjs [build folder] [addon]
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { commandOutput, filesUnder, hasCommand, isMain, root, say, stop } from './support/run.mjs'

const entries = ['napi_register_module_v1', 'node_api_module_get_api_version_v1']

/** Symbols as `nm -P` prints them: name and type. */
const symbolsOf = (listing) =>
  listing
    .split('\n')
    .map((line) => line.split(' '))
    .filter((parts) => parts.length > 1)

/** `_ZN5ndops2v36kernel…` is inside ndops::v3, and `_ZN8xsimd_v3…` inside the level's own copy of xsimd. */
function belongsTo(level, name) {
  const scoped = (scope) => new RegExp(`^_Z(?:Z|GV|TV|L)?NK?[RO]?${scope}`).test(name)
  const part = (word) => `${word.length}${word}`
  return scoped(part('ndops') + part(level)) || scoped(part(`xsimd_${level}`))
}

/** Faults of one object of a level; `listing` by nm -P, `sections` by readelf -SW. */
export function objectFaults(level, listing, sections) {
  const faults = []
  const globals = []
  for (const [name, type] of symbolsOf(listing)) {
    if (/^[WVu]$/i.test(type) && type !== 'U' && !belongsTo(level, name)) faults.push(`weak symbol ${name}`)
    else if (/^[A-TX-Z]$/.test(type) && !/^[UN]$/.test(type)) globals.push(name)
    if (type === 'U' && /^_Z(N?K?S|n[wa]|d[la])/.test(name)) faults.push(`the C++ library's ${name}`)
  }
  const isTable = globals.length === 1 && belongsTo(level, globals[0])
  if (!isTable) faults.push(`one exported table expected, found: ${globals.join(', ') || 'nothing'}`)
  if (/\.(init_array|ctors)\b/.test(sections)) faults.push('a static constructor (.init_array)')
  return faults
}

// Each C library rounds these in its own way, and that of the prebuilt binaries' compiler got one wrong (fma). What is
// exact everywhere (floor, fmod, frexp …) may be called.
const rounded =
  /^(a?(sin|cos|tan)h?|atan2|sincos|exp(2|10|m1)?|log(2|10|1p)?|pow|cbrt|hypot|fma|erfc?|[lt]gamma|[jy][01n])[fl]?$/

/** Functions of the C library that an object calls and whose results are not the same everywhere; `listing` by nm -P. */
export const libmFaults = (listing) =>
  symbolsOf(listing)
    .filter(([name, type]) => type === 'U' && rounded.test(name))
    .map(([name]) => `the C library's ${name}, which rounds as the platform likes`)

/** Files whose results have the same bits on every level: a fused multiply-add rounds once where others round twice. */
const sameBits = /^(reductions\/(reduce|argReduce)|linalg\/\w+|elementwise\/(arithmetic|division|compare))\.simd\./

/** Faults of the code of one object; `listing` by objdump -d. g++ fuses some pairs whatever -ffp-contract says. */
export function fusedFaults(file, listing) {
  const [fused] = listing.match(/\bv?fn?m(?:add|sub|addsub|subadd|la|ls)(?:\d{3})?[sp]?[sd]?\b/) ?? []
  return sameBits.test(file) && fused !== undefined ? [`${fused}: a product must be rounded before it is added`] : []
}

/** Faults of the addon; both listings by nm -P -D. */
export function addonFaults(defined, undefinedOnes) {
  const exported = symbolsOf(defined).map(([name]) => name.split('@')[0])
  const surplus = exported.filter((name) => !entries.includes(name)).map((name) => `exports ${name}`)
  const lacking = entries.filter((name) => !exported.includes(name)).map((name) => `does not export ${name}`)
  const wanted = symbolsOf(undefinedOnes).map(([name]) => name)
  const foreign = wanted.filter((name) => /^(uv_|_ZN?K?2v8|_ZN?K?4node)/.test(name))
  // Linking a module does not ask for what is not there.
  const lost = wanted.filter((name) => /^_ZN?K?5ndops|_(PRESCOTT|HASWELL|ZEN|SKYLAKEX|ARMV8|NEOVERSEN1)$/.test(name))
  return [
    ...[...surplus, ...lacking],
    ...foreign.map((name) => `needs ${name}, which is no part of Node-API`),
    ...lost.map((name) => `needs ${name}, which is not in it`),
  ]
}

const nm = (...args) => commandOutput('nm', ['-P', ...args]) ?? stop('nm failed: install binutils')

// The other listings need no knowledge of the processor.
const objdump = (level) => (level === 'neon' && process.arch !== 'arm64' ? 'aarch64-linux-gnu-objdump' : 'objdump')

/** All faults of a build, each with its file; null where the platform has no ELF objects. */
export function checkSymbols(buildFolder = 'build/addon', addon = 'build/Release/ndops.node') {
  if (process.platform !== 'linux') return null
  if (!hasCommand('nm') || !hasCommand('readelf')) stop('nm and readelf are missing: install binutils')
  const faults = []
  const folder = path.join(buildFolder, 'CMakeFiles')
  const targets = existsSync(path.join(root, folder)) ? readdirSync(path.join(root, folder)) : []
  let checked = 0
  for (const target of targets) {
    if (!/^ndops(_base|_v\d|_neon)?\.dir$/.test(target)) continue
    const level = target.match(/^ndops_(v\d|neon)\.dir$/)?.[1]
    for (const object of filesUnder([path.join(folder, target)], (file) => file.endsWith('.o'))) {
      const symbols = nm(object)
      faults.push(...libmFaults(symbols).map((fault) => `${object}: ${fault}`))
      if (level === undefined) continue
      const sections = commandOutput('readelf', ['-SW', object]) ?? stop(`readelf failed on ${object}`)
      faults.push(...objectFaults(level, symbols, sections).map((fault) => `${object}: ${fault}`))
      const source = object.replace(/^.*\/native\//, '')
      if (sameBits.test(source)) {
        const code =
          commandOutput(objdump(level), ['-d', '--no-show-raw-insn', object]) ??
          stop(`${objdump(level)} failed on ${object}: install binutils (for arm64 binutils-aarch64-linux-gnu)`)
        faults.push(...fusedFaults(source, code).map((fault) => `${object}: ${fault}`))
      }
      checked += 1
    }
  }
  if (checked === 0) faults.push(`${folder}: no objects of any CPU level; build first`)
  if (existsSync(path.join(root, addon))) {
    const found = addonFaults(nm('-D', '--defined-only', addon), nm('-D', '--undefined-only', addon))
    faults.push(...found.map((fault) => `${addon}: ${fault}`))
  } else {
    faults.push(`${addon}: not there; build first`)
  }
  return faults
}

if (isMain(import.meta.url)) {
  const faults = checkSymbols(...process.argv.slice(2))
  if (faults === null) say('symbols are checked on Linux only')
  else if (faults.length > 0) stop(`symbols:\n${faults.join('\n')}`)
  else say('symbols are as they should be')
}
