// The rooms of the tree and the way through them (ARCHITECTURE.md), read off the imports and includes.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { filesUnder, isMain, root, say, stop } from './support/run.mjs'

const families = 'elementwise reductions linalg sorting indexing manipulation creation control'.split(' ')

/** The code of a TypeScript file without comments; strings stay. */
function withoutComments(text) {
  return text.replace(/("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '$1')
}

/** Imports of a TypeScript file: specifier, and whether types alone are taken. */
function importsOf(text) {
  const found = []
  const statement = /\b(import|export)\s+(type\s+)?(?:[\w*{}\s,$]+\s+from\s+)?'([^']+)'/g
  for (const [, , type, from] of text.matchAll(statement)) found.push({ from, type: type !== undefined })
  for (const [, from] of text.matchAll(/\b(?:import|require)\(\s*'([^']+)'\s*\)/g)) found.push({ from, type: false })
  return found
}

/** The file that a relative import names, among `files`. */
function resolveImport(file, from, files) {
  if (!from.startsWith('.')) return null
  const base = path.posix.join(path.posix.dirname(file), from).replace(/\.js$/, '')
  return [`${base}.ts`, `${base}/index.ts`].find((candidate) => files.has(candidate)) ?? null
}

// Who may know whom in lib/. A room that is not named here may import anything (index, promises, io).
const bridge = [
  ...'block launch storage host jobs typed share'.split(' ').map((stem) => `lib/core/${stem}.ts`),
  'lib/config.ts',
]
const roomOf = (file) => file.split('/')[1].replace(/\.ts$/, '')
const mayImport = (from, to) => {
  if (['core', 'tensor'].includes(roomOf(from))) return ['core', 'tensor'].includes(roomOf(to))
  if (families.includes(roomOf(from))) return ['core', 'tensor', ...families].includes(roomOf(to))
  return true
}

function cycleFaults(edges) {
  const state = new Map()
  const faults = []
  const visit = (file, trail) => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      faults.push(`${file}: imports itself by way of ${trail.slice(trail.indexOf(file)).join(' -> ')}`)
      return
    }
    state.set(file, 'open')
    for (const next of edges.get(file) ?? []) visit(next, [...trail, file])
    state.set(file, 'done')
  }
  for (const file of edges.keys()) visit(file, [])
  return faults
}

function libFaults(sources) {
  const files = new Set([...sources.keys()].filter((file) => file.startsWith('lib/') && file.endsWith('.ts')))
  const faults = []
  const edges = new Map()
  for (const file of files) {
    const text = withoutComments(sources.get(file))
    if (file !== 'lib/core/native.ts' && /\bdlopen\s*\(|\.node['"`]/.test(text)) {
      faults.push(`${file}: only lib/core/native.ts loads a .node file`)
    }
    for (const { from, type } of importsOf(text)) {
      const target = resolveImport(file, from, files)
      if (target === null) continue
      if (target === 'lib/core/native.ts' && !type && !bridge.includes(file)) {
        faults.push(`${file}: only ${bridge.map((name) => path.basename(name)).join(', ')} call lib/core/native.ts`)
      }
      if (!type && !mayImport(file, target)) faults.push(`${file}: lib/${roomOf(file)} may not know ${target}`)
      if (!type) edges.set(file, [...(edges.get(file) ?? []), target])
    }
  }
  return [...faults, ...cycleFaults(edges)]
}

const isLevelFile = (file) => file.endsWith('.simd.cc')
const nativeRoom = (file) => file.split('/')[1]

// What only some rooms may include or use.
const reserved = [
  {
    name: 'Node-API',
    include: /^(node_api|js_native_api|napi|napi-inl|uv|v8|node)\.h$/,
    in: (f) => nativeRoom(f) === 'binding',
  },
  { name: 'BLAS', include: /^(cblas|f77blas|openblas_config|lapacke)\.h$/, in: (f) => nativeRoom(f) === 'linalg' },
  { name: 'Eigen', include: /^(unsupported\/)?Eigen\//, in: (f) => nativeRoom(f) === 'linalg' },
  {
    name: 'intrinsics',
    include: /^((\w*intrin|arm_neon|arm_acle)\.h|xsimd\/.*)$/,
    in: (f) => nativeRoom(f) === 'simd' || isLevelFile(f),
  },
  {
    name: 'threads',
    use: /\b(std::(jthread|async)\b|std::thread\b(?!::)|pthread_create\b|_beginthread|CreateThread\b)/,
    in: (f) => /^native\/core\/parallel\./.test(f),
  },
]

// The C++ library's headers that a file compiled once per CPU level may include: no containers, no algorithms, no iostreams.
const levelHeaders = new Set('cmath cstddef cstdint cstring climits cfloat limits type_traits utility'.split(' '))

const includesOf = (text) =>
  [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]/gm)].map((match) => match[1])

function mayInclude(from, to) {
  const [source, target] = [nativeRoom(from), nativeRoom(to)]
  if (source === target) return true
  if (source === 'core') return target === 'simd' && isLevelFile(from)
  if (source === 'simd') return target === 'core'
  return source === 'binding' || target !== 'binding'
}

function nativeFaults(sources) {
  const files = [...sources.keys()].filter((file) => file.startsWith('native/') && /\.(cc|h)$/.test(file))
  const own = (include) => (sources.has(`native/${include}`) ? `native/${include}` : null)
  const faults = []
  for (const file of files) {
    const text = withoutComments(sources.get(file))
    const includes = includesOf(text)
    for (const rule of reserved) {
      if (rule.in(file)) continue
      const hit = rule.include ? includes.find((name) => rule.include.test(name)) : text.match(rule.use)?.[0]
      if (hit !== undefined) faults.push(`${file}: ${rule.name} (${hit}) has another room`)
    }
    for (const target of includes.map(own)) {
      if (target?.endsWith('.cc')) faults.push(`${file}: includes ${target}; .cc files do not include one another`)
      if (target && !mayInclude(file, target)) faults.push(`${file}: native/${nativeRoom(file)} may not know ${target}`)
    }
  }
  for (const file of files.filter(isLevelFile)) faults.push(...levelFaults(file, sources, own))
  return faults
}

/** What a file compiled per CPU level includes, its own headers' includes with it. */
function levelFaults(file, sources, own) {
  const faults = []
  const seen = new Set([file])
  for (const current of seen) {
    for (const include of includesOf(withoutComments(sources.get(current)))) {
      const target = own(include)
      if (target) seen.add(target)
      else if (!include.includes('.') && !include.includes('/') && !levelHeaders.has(include)) {
        faults.push(
          `${file}: compiled per CPU level, but <${include}> comes in${current === file ? '' : ` through ${current}`}`,
        )
      }
    }
  }
  return faults
}

/** All faults in a tree given as a map from path to text. */
export function layerFaults(sources) {
  return [...libFaults(sources), ...nativeFaults(sources)]
}

export function checkLayers() {
  const files = filesUnder(['lib', 'native'], (file) => /\.(ts|cc|h)$/.test(file))
  return layerFaults(new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')])))
}

if (isMain(import.meta.url)) {
  const faults = checkLayers()
  if (faults.length > 0) stop(`layers:\n${faults.join('\n')}`)
  say('layers are as they should be')
}
