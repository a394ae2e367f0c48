// Derives lib/generated/ from the ops' own files, so that no list of ops is kept by hand: everything that a file of a
// family exports by value is an op. Run by the build.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const FAMILIES = [
  'elementwise',
  'reductions',
  'linalg',
  'sorting',
  'indexing',
  'manipulation',
  'creation',
  'control',
]
const WITHOUT_METHODS = ['creation', 'control']

/** The Keras spelling of a name: expandDims is expand_dims. */
export const kerasName = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The names that a source file exports by value. */
export function exportedNames(source) {
  const names = [...source.matchAll(/^export (?:const|function) (\w+)/gm)].map((match) => match[1])
  for (const match of source.matchAll(/^export \{([^}]*)\}/gm))
    for (const entry of match[1].split(',')) {
      const name = entry
        .trim()
        .split(/\s+as\s+/)
        .pop()
      if (name !== '' && !entry.trim().startsWith('type ')) names.push(name)
    }
  return names
}

/** Every op's file: its family, stem and names. */
export function opFiles(lib) {
  return FAMILIES.flatMap((family) => {
    const folder = join(lib, family)
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((file) => file.endsWith('.ts'))
      .sort()
      .map((file) => ({
        family,
        stem: file.slice(0, -3),
        names: exportedNames(readFileSync(join(folder, file), 'utf8')),
      }))
  })
}

/** The files of lib/io/ whose exports are public: NumPy's files, which are no ops. */
export function ioFiles(lib) {
  return ['npy', 'npz'].map((stem) => ({
    family: 'io',
    stem,
    names: exportedNames(readFileSync(join(lib, 'io', `${stem}.ts`), 'utf8')),
  }))
}

const HEADER = '// Made by scripts/generate.mjs; do not edit.\n\n'

function sources(files, io) {
  const from = ({ family, stem }) => `'../${family}/${stem}'`
  const ops = files.map((file) => `export * from ${from(file)}\n`).join('')
  const methods = files
    .filter((file) => !WITHOUT_METHODS.includes(file.family))
    .map((file) => `export * from ${from(file)}\n`)
    .join('')
  const keras = files
    .map((file) => {
      const renamed = file.names.filter((name) => kerasName(name) !== name)
      return renamed.length === 0
        ? ''
        : `export {\n${renamed.map((name) => `  ${name} as ${kerasName(name)},\n`).join('')}} from ${from(file)}\n`
    })
    .join('')
  const names = files.flatMap((file) => file.names)
  const local = (name) => `${name}_`
  const ioNames = io.flatMap((file) => file.names)
  const promises = [
    "import { ASYNC, later } from '../core/later'\nimport * as io from './io'\nimport * as ops from './ops'\n",
    ...names.map((name) => `const ${local(name)} = later(ops.${name})`),
    ...ioNames.map((name) => `const ${local(name)} = io.${name}[ASYNC]`),
    `export {\n${ioNames.map((name) => `  ${local(name)} as ${name},\n`).join('')}${names
      .flatMap((name) => [...new Set([name, kerasName(name)])].map((spelling) => `  ${local(name)} as ${spelling},\n`))
      .join('')}}`,
  ].join('\n')
  return {
    'ops.ts': ops,
    'io.ts': io.map((file) => `export * from ${from(file)}\n`).join(''),
    'methods.ts': methods,
    'kerasNames.ts': keras === '' ? 'export {}\n' : keras,
    'promises.ts': `${promises}\n`,
  }
}

/** Writes lib/generated/, leaving files alone that would not change. */
export function generate(root) {
  const folder = join(root, 'lib/generated')
  mkdirSync(folder, { recursive: true })
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const made = {
    ...sources(opFiles(join(root, 'lib')), ioFiles(join(root, 'lib'))),
    'version.ts': `export const VERSION = '${version}'\n`,
  }
  for (const [file, text] of Object.entries(made)) {
    const path = join(folder, file)
    if (!existsSync(path) || readFileSync(path, 'utf8') !== HEADER + text) writeFileSync(path, HEADER + text)
  }
}

/**
 * Writes the entries of dist/, after the compiler. Its own would pass each function on through getters of getters, which
 * costs more than the call of a small op: here they are plain properties. ES modules see the same CommonJS state.
 */
export function writeEntries(root) {
  const files = opFiles(join(root, 'lib'))
  const io = ioFiles(join(root, 'lib'))
  const config = exportedNames(readFileSync(join(root, 'lib/config.ts'), 'utf8'))
  const pass = (module, names) => names.map(([from, to]) => `exports.${to} = ${module}.${from}\n`).join('')
  const same = (names) => names.map((name) => [name, name])
  const spellings = (names) =>
    names.flatMap((name) => [...new Set([name, kerasName(name)])].map((spelling) => [name, spelling]))
  const common = [
    "// Made by scripts/generate.mjs.\n'use strict'\nObject.defineProperty(exports, '__esModule', { value: true })\n",
    "require('./methods')\nexports.Tensor = require('./tensor').Tensor\n",
    `const config = require('./config')\n${pass('config', same(config))}`,
  ].join('')
  const ops = files
    .map(({ family, stem, names }) => {
      const module = `${family}_${stem}`
      return `const ${module} = require('./${family}/${stem}')\n${pass(module, spellings(names))}`
    })
    .join('')
  const numpy = io
    .map(({ stem, names }) => `const ${stem} = require('./io/${stem}')\n${pass(stem, same(names))}`)
    .join('')
  const later = `const later = require('./generated/promises')\n${pass(
    'later',
    [
      ...files.flatMap(({ names }) => spellings(names).map(([, name]) => name)),
      ...io.flatMap(({ names }) => names),
    ].map((name) => [name, name]),
  )}`
  const dist = join(root, 'dist')
  writeFileSync(join(dist, 'index.js'), common + ops + numpy)
  writeFileSync(join(dist, 'promises.js'), common + later)
  for (const entry of ['index', 'promises'])
    for (const ending of ['.mjs', '.d.mts'])
      writeFileSync(join(dist, entry + ending), `export * from './${entry}.js'\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..')
  if (process.argv.includes('--entries')) writeEntries(root)
  else generate(root)
}
