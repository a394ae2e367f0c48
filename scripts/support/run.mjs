// What every script needs: the root, running programs, hashing files, and stopping with one line that helps.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
// Also where Node is too old for availableParallelism: the set-up has yet to say so.
export const cores = os.availableParallelism?.() ?? os.cpus().length

export function say(line) {
  process.stdout.write(`ndops: ${line}\n`)
}

/** A step that failed in a way that its one line explains: what is missing and how to get it. */
export class Stop extends Error {}

/** Ends the step, and the program unless somebody catches it. */
export function stop(line) {
  throw new Stop(line)
}

process.on('uncaughtException', (error) => {
  process.stderr.write(error instanceof Stop ? `ndops: ${error.message}\n` : `${error.stack}\n`)
  process.exit(1)
})

/** Whether the module at `url` is the program that was started, not an import of another script. */
export function isMain(url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url)
}

/** Runs a program in the root with its output shown, and gives its exit code; 127 where it does not exist. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options })
    child.on('error', () => resolve(127))
    child.on('close', (code, signal) => resolve(signal === null ? code : 128 + (os.constants.signals[signal] ?? 0)))
  })
}

/** Runs a program, and gives its exit code and all that it wrote; with `show`, it is shown as it comes too. */
export function capture(command, args, { show = false, ...options } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let output = ''
    const take = (stream) => (data) => {
      output += data
      if (show) stream.write(data)
    }
    child.stdout.on('data', take(process.stdout))
    child.stderr.on('data', take(process.stderr))
    child.on('error', (error) => resolve({ code: 127, output: error.message }))
    child.on('close', (code, signal) => resolve({ code: code ?? 1, signal, output }))
  })
}

/** Program and arguments of npm: the one that started this, as Windows starts no `npm` by name. */
export function npm(...args) {
  const file = process.env.npm_execpath
  return file?.endsWith('npm-cli.js') ? [process.execPath, [file, ...args]] : ['npm', args]
}

export function hasCommand(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  return folders.some((folder) => existsSync(path.join(folder, name)))
}

export function commandOutput(command, args) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 30 })
  return result.status === 0 ? result.stdout.trim() : null
}

/** Every file below the given paths (relative to the root), sorted; `keep` chooses by relative path. */
export function filesUnder(paths, keep = () => true) {
  const found = []
  const visit = (relative) => {
    const full = path.join(root, relative)
    if (!existsSync(full)) return
    if (statSync(full).isDirectory()) for (const name of readdirSync(full)) visit(`${relative}/${name}`)
    else if (keep(relative)) found.push(relative)
  }
  for (const p of paths) visit(p)
  return found.sort()
}

/** A hash of the files' names and contents and of what else the result depends on. */
export function fingerprint(files, ...others) {
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(root, file)))
      .update('\0')
  for (const other of others) hash.update(JSON.stringify(other)).update('\0')
  return hash.digest('hex')
}

// What each step was last made from, beside what it made: deleting build/ or node_modules/ makes it again.
const stampFile = (step) => path.join(root, step === 'npm' ? 'node_modules' : 'build', `.ndops-${step}`)

/** Runs `make` unless the step was made from the same before and `outputs` are still there. */
export async function once(step, made, outputs, make) {
  const file = stampFile(step)
  const current = existsSync(file) && readFileSync(file, 'utf8') === made
  if (current && outputs.every((output) => existsSync(path.join(root, output)))) return false
  await make()
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, made)
  return true
}

/** Runs one of the dev dependencies' programs (a JavaScript file) with this Node. */
export function tool(file) {
  return path.join(root, 'node_modules', file)
}
