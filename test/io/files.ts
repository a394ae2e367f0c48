/** Files that NumPy wrote (scripts/oracle/files.py), and folders to write to. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TensorText } from '../support/fixtures'
import { root } from '../support/ndops'

export interface FileCase {
  readonly name: string
  readonly bytes: Uint8Array
  /** ndops must write the same bytes. */
  readonly exact: boolean
  readonly gives?: TensorText
  readonly arrays?: { readonly [name: string]: TensorText }
  readonly throws?: string
}

interface DirectoryCase {
  readonly entries: readonly { readonly name: string; readonly size: number; readonly offset: number }[]
  readonly offset: number
  readonly bytes: Uint8Array
}

const read = JSON.parse(readFileSync(join(root(), 'test/fixtures/io/files.json'), 'utf8')) as {
  readonly cases: readonly (FileCase & { readonly file: string })[]
  readonly directories: readonly (DirectoryCase & { readonly bytes: string })[]
}

const decoded = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'))

export const FILES: readonly FileCase[] = read.cases.map((one) => ({
  ...one,
  bytes: decoded(one.file),
  exact: one.exact === true,
}))
export const DIRECTORIES: readonly DirectoryCase[] = read.directories.map((one) => ({
  ...one,
  bytes: decoded(one.bytes),
}))

/** Calls with a folder of its own, which is gone afterwards. */
export async function inFolder(use: (folder: string) => unknown): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ndops-'))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
