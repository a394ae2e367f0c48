// npm run docs: docs/reference.md from the ops' doc comments. `npm test` fails where the two have parted.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { ioFiles, kerasName, opFiles } from './generate.mjs'
import { isMain, root } from './support/run.mjs'

/** The doc comments of a source file's exports, by name; an alias has its original's name instead. */
export function docComments(source) {
  const found = new Map()
  const comment = String.raw`\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*`
  for (const [, text, name] of source.matchAll(new RegExp(`${comment}export (?:const|function) (\\w+)`, 'g')))
    found.set(name, { text: text.replace(/^\s*\* ?/gm, '').trim() })
  for (const [, text, name] of source.matchAll(new RegExp(`${comment}const (\\w+)`, 'g')))
    if (!found.has(name)) found.set(name, { text: text.replace(/^\s*\* ?/gm, '').trim() })
  for (const [, list] of source.matchAll(/^export \{([^}]*)\}/gm))
    for (const entry of list.split(',')) {
      const [from, to] = entry.trim().split(/\s+as\s+/)
      if (to === undefined) continue
      // A name that JavaScript reserves (var) is exported under another; others are second names.
      if (found.has(from) && !source.includes(`export const ${from} `)) found.set(to, found.get(from))
      else found.set(to, { alias: from })
    }
  return found
}

const linked = (text) => text.replace(/\{@link (\w+)\}/g, '[`$1`](#$1)')

function entry(name, doc, op) {
  const { required, optional } = op.parameters ?? op.takes
  const call = `${name}(${[...required, ...optional.map((parameter) => `${parameter}?`)].join(', ')})`
  const head = `#### <a id="${name}"></a>\`${call}\`\n\n`
  const spelling = kerasName(name) === name ? '' : ` · also \`${kerasName(name)}\``
  if (doc.alias !== undefined) return `${head}The same function as [\`${doc.alias}\`](#${doc.alias})${spelling}\n`
  const see = doc.text.match(/@see (\S+)/)?.[1]
  const examples = [...doc.text.matchAll(/@example\s+([\s\S]*?)(?=\n@|$)/g)].map((match) => match[1].trim())
  const prose = linked(doc.text.replace(/\n?@(example|see)[\s\S]*$/, '').trim())
  const code = examples.length === 0 ? '' : `\n\n\`\`\`ts\n${examples.join('\n')}\n\`\`\``
  const source = see === undefined ? '' : `\n\n[Keras](${see})${spelling}`
  return `${head}${prose}${code}${source}\n`
}

export function reference() {
  const ops = createRequire(import.meta.url)(path.join(root, 'dist/index.js'))
  const lib = path.join(root, 'lib')
  const stems = [...opFiles(lib), ...ioFiles(lib)].map(({ family, stem, names }) => {
    const docs = docComments(readFileSync(path.join(root, 'lib', family, `${stem}.ts`), 'utf8'))
    const entries = names.map((name) => {
      if (!docs.has(name)) throw new Error(`${name} in lib/${family}/${stem}.ts has no doc comment`)
      return entry(name, docs.get(name), ops[name])
    })
    return `## ${family}/${stem}\n\n${entries.join('\n')}`
  })
  return `<!-- Made by scripts/reference.mjs from the doc comments in lib/; do not edit. -->

# Reference

Every op, by family and stem. Arguments come in this order; those with a question mark may be left out, or given by name in one
trailing object. In \`ndops/promises\` each returns a promise and takes \`{ signal }\` besides. Every op whose first argument is
the operand is a method too. NumPy's files, under io, are functions alone.

${stems.join('\n')}`
}

const file = path.join(root, 'docs/reference.md')

/** Whether docs/reference.md is what the doc comments say. */
export const isCurrent = () => readFileSync(file, 'utf8') === reference()

if (isMain(import.meta.url)) writeFileSync(file, reference())
