/** Which binary a package takes, and what it says where none loads: copies of dist/ with other neighbours. */

import { match, ok, strictEqual } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { platformKey } from '../../lib/core/platform'
import { ndops, root } from '../support/ndops'

const PREBUILT = `prebuilds/${platformKey()}.node`
const BUILT = 'build/Release/ndops.node'

describe('env/load', () => {
  let folder = ''
  const addon = process.env['NDOPS_TEST_ADDON'] ?? join(root(), ndops.buildInfo().binary)

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ndops-load-'))
    cpSync(join(root(), 'dist'), join(folder, 'dist'), { recursive: true })
    copyFileSync(join(root(), 'package.json'), join(folder, 'package.json'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const put = (file: string, from: string | null): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    if (from === null) writeFileSync(join(folder, file), 'no binary')
    else copyFileSync(from, join(folder, file))
  }
  const binary = (): string => {
    const code = `process.stdout.write(require(${JSON.stringify(folder)}).buildInfo().binary)`
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' })
    strictEqual(status, 0, stderr)
    return stdout
  }
  const refusal = (args: string[] = [], env: NodeJS.ProcessEnv = {}): string => {
    const code = `try { require(${JSON.stringify(folder)}) } catch (e) { process.stdout.write(e.code + ' ' + e.message) }`
    const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const
    const { stdout, stderr } = spawnSync(process.execPath, [...args, '-e', code], options)
    match(stdout, /^ERR_NDOPS_LOAD /, stderr)
    match(stdout, new RegExp(`found: ${platformKey()}`))
    match(stdout, /needed: Node-API 9/)
    match(stdout, /tried:\n.*prebuilds/)
    return stdout
  }

  it('takes the prebuilt binary first', () => {
    put(PREBUILT, addon)
    put(BUILT, addon)
    strictEqual(binary(), PREBUILT)
  })

  it('takes its own build first in a checkout', () => {
    put(PREBUILT, addon)
    put(BUILT, addon)
    put('binding.gyp', null)
    strictEqual(binary(), BUILT)
  })

  it('takes a local build where the prebuilt binary does not load', () => {
    put(PREBUILT, null)
    put(BUILT, addon)
    strictEqual(binary(), BUILT)
  })

  it('says that the binaries are not beside the code', () => {
    match(refusal(), /to do: the binaries are not beside the code.*bundle/s)
  })

  it('says that the package is that of another platform', () => {
    put('prebuilds/plan9-mips.node', null)
    match(refusal(), /to do: the package here has plan9-mips\.node: it was installed for another platform/)
  })

  it('says that a binary is damaged', () => {
    put(PREBUILT, null)
    match(refusal(), /to do: the file is damaged or of another platform/)
  })

  it('says that the process may load no addons', () => {
    put(PREBUILT, addon)
    match(refusal(['--no-addons']), /to do: this process may not load addons: .*--allow-addons/)
  })

  it('says that a CPU level is unknown', () => {
    put(PREBUILT, addon)
    const said = refusal([], { NDOPS_CPU_LEVEL: 'v9' })
    match(said, /NDOPS_CPU_LEVEL names a level/)
    match(said, /to do: unset NDOPS_CPU_LEVEL/)
  })

  it('keeps what the system said as the cause', () => {
    put(PREBUILT, null)
    const code = `try { require(${JSON.stringify(folder)}) } catch (e) { process.exit(e.cause instanceof Error ? 7 : 1) }`
    strictEqual(spawnSync(process.execPath, ['-e', code]).status, 7)
  })

  it('finds the platform by itself', () =>
    ok(/^(linux(musl)?|darwin|win32)-(x64|arm64|universal)$/.test(platformKey())))
})
