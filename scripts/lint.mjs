// npm run lint: every check that needs no run of the code. Each is one entry of the list; the test runner counts them.

import { existsSync } from 'node:fs'
import { checkLayers } from './checkLayers.mjs'
import { checkSymbols } from './checkSymbols.mjs'
import { setup } from './setup.mjs'
import { capture, filesUnder, isMain, say, tool } from './support/run.mjs'

export const cppFiles = () => filesUnder(['native', 'test/native'], (file) => /\.(cc|h)$/.test(file))

/** The clang-format of the npm package, or null where it brings none for this platform. */
export function clangFormat() {
  const folder = { linux: 'linux_x64', darwin: 'darwin_x64', win32: 'win32' }[process.platform]
  const file = tool(`clang-format/bin/${folder}/clang-format${process.platform === 'win32' ? '.exe' : ''}`)
  const runs = process.arch === 'x64' || process.platform === 'darwin'
  return runs && existsSync(file) ? file : null
}

const outcome = ({ code, output }) => (code === 0 ? [] : [output.trim() || `ended with ${code}`])

/** Each gives a list of faults, or null where it cannot run on this platform. */
export const checks = {
  async biome() {
    const args = [tool('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '--max-diagnostics=50', '.']
    return outcome(await capture(process.execPath, args))
  },
  async 'clang-format'() {
    const program = clangFormat()
    return program === null ? null : outcome(await capture(program, ['--dry-run', '-Werror', ...cppFiles()]))
  },
  async types() {
    const compile = (project) => capture(process.execPath, [tool('typescript/lib/tsc.js'), '--noEmit', '-p', project])
    return [...outcome(await compile('tsconfig.json')), ...outcome(await compile('tsconfig.programs.json'))]
  },
  layers: async () => checkLayers(),
  symbols: async () => checkSymbols(),
}

/** Runs the checks, tells of each, and counts. */
export async function lint(names = Object.keys(checks)) {
  const count = { passed: 0, failed: 0, skipped: 0 }
  for (const name of names) {
    const faults = await checks[name]()
    if (faults === null) {
      count.skipped += 1
      say(`lint ${name}: not on ${process.platform}-${process.arch}`)
    } else if (faults.length === 0) {
      count.passed += 1
      say(`lint ${name}: ok`)
    } else {
      count.failed += 1
      process.stdout.write(`${faults.join('\n')}\n`)
      say(
        `lint ${name}: FAILED (${name === 'biome' || name === 'clang-format' ? 'try `npm run format`' : 'see above'})`,
      )
    }
  }
  return count
}

if (isMain(import.meta.url)) {
  await setup()
  const { build } = await import('./build.mjs')
  await build()
  const count = await lint()
  process.exitCode = count.failed === 0 ? 0 : 1
}
