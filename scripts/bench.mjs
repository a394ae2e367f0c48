// npm run bench [-- options]: builds, then runs bench/main.ts; its head says the options. Besides:
//   --peers          installs the peers of bench/peers (npm, and a Python environment where python3 is) and compares
//   --compare REV    builds that revision under build/compare and measures both
// npm run bench:overhead: what one call costs; npm run bench:memory: peaks; npm run bench:report: docs/performance.md from the stored results.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { build, buildPrograms } from './build.mjs'
import { setup } from './setup.mjs'
import { commandOutput, fingerprint, hasCommand, once, root, run, say, stop } from './support/run.mjs'

async function succeed(command, args, options) {
  const code = await run(command, args, options)
  if (code !== 0) stop(`${command} ${args.join(' ')} ended with ${code}: see above`)
}

async function installPeers() {
  const made = fingerprint(['bench/peers/package-lock.json', 'bench/peers/requirements.txt'])
  await once('bench-peers', made, ['bench/peers/node_modules'], async () => {
    say('installing the peers')
    await succeed('npm', ['ci', '--ignore-scripts', '--prefix', 'bench/peers', '--no-audit', '--no-fund'])
    if (process.env.NDOPS_PYTHON !== undefined || !hasCommand('python3')) return
    const venv = path.join(root, 'build/bench/venv')
    const made = (await run('python3', ['-m', 'venv', venv])) === 0
    const pip = [path.join(venv, 'bin/pip'), ['install', '-q', '-r', 'bench/peers/requirements.txt']]
    if (!made || (await run(...pip)) !== 0)
      say('no Python environment for NumPy, JAX and Keras: python3-venv is missing, or a package')
  })
}

/** Builds a revision in a worktree of its own and gives its folder. */
async function buildRevision(revision) {
  const commit = commandOutput('git', ['rev-parse', '--verify', `${revision}^{commit}`])
  if (commit === null) stop(`there is no revision ${revision}`)
  const folder = path.join(root, 'build/compare', commit)
  if (!existsSync(folder)) await succeed('git', ['worktree', 'add', '--detach', folder, commit])
  await succeed('npm', ['run', 'build'], { cwd: folder })
  return folder
}

const args = process.argv.slice(2)
await setup()
await build()
await buildPrograms()
if (args.includes('--peers')) await installPeers()
const at = args.indexOf('--compare')
if (at >= 0) {
  const [, revision] = args.splice(at, 2)
  if (revision === undefined) stop('--compare takes a revision')
  args.push('--against', await buildRevision(revision))
}
// The first word may be another program of bench/.
const program = ['overhead', 'memory', 'latency', 'report'].includes(args[0]) ? args.shift() : 'main'
const code = await run(process.execPath, [`build/ts/bench/${program}.js`, ...args])
if (code !== 0) stop(`the benchmark ended with ${code}: see above`)
