// Derives lib/generated/ from the ops' own files, so that no list of ops is kept by hand: everything that a file of a
// family exports by value is an op. Run by the build.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const FAMILIES = ['elementwise', 'reductions', 'linalg', 'sorting', 'indexing', 'manipulation', 'creation', 'control']
const WITHOUT_METHODS = ['creation', 'control']

/** The Keras spelling of a name: expandDims is expand_dims. */
export const kerasName = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The names that a source file exports by value. */
export function exportedNames(source) {
  const names = [...source.matchAll(/^export (?:const|function) (\w+)/gm)].map((match) => match[1])
  for (const match of source.matchAll(/^export \{([^}]*)\}/gm))
    for (const entry of match[1].split(',')) {
      const name = entry.trim().split(/\s+as\s+/).pop()
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

const HEADER = '// Made by scripts/generate.mjs; do not edit.\n\n'

function sources(files) {
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
  const promises = [
    "import { later } from '../core/later'\nimport * as ops from './ops'\n",
    ...names.map((name) => `const ${local(name)} = later(ops.${name})`),
    `export {\n${names
      .flatMap((name) => [...new Set([name, kerasName(name)])].map((spelling) => `  ${local(name)} as ${spelling},\n`))
      .join('')}}`,
  ].join('\n')
  return {
    'ops.ts': ops,
    'methods.ts': methods,
    'kerasNames.ts': keras === '' ? 'export {}\n' : keras,
    'promises.ts': `${promises}\n`,
  }
}

/** Writes lib/generated/, leaving files alone that would not change. */
export function generate(root) {
  const folder = join(root, 'lib/generated')
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of Object.entries(sources(opFiles(join(root, 'lib'))))) {
    const path = join(folder, file)
    if (!existsSync(path) || readFileSync(path, 'utf8') !== HEADER + text) writeFileSync(path, HEADER + text)
  }
  // ES modules see the CommonJS build, so that there is one state behind both.
  const dist = join(root, 'dist')
  mkdirSync(dist, { recursive: true })
  for (const entry of ['index', 'promises'])
    for (const ending of ['.mjs', '.d.mts']) writeFileSync(join(dist, entry + ending), `export * from './${entry}.js'\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generate(join(dirname(fileURLToPath(import.meta.url)), '..'))
