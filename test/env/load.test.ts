/** Which binary a package takes, and what it says where none loads: copies of dist/ with other neighbours. */

import { match, ok, strictEqual } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
    match(refusal(), /to do: the file is damaged/)
  })

  it('says that the process may load no addons', () => {
    put(PREBUILT, addon)
    const permission = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission'
    for (const options of [['--no-addons'], [permission, '--allow-fs-read=*']])
      match(refusal(options), /to do: this process may not load addons: .*--allow-addons/)
  })

  it('says that a CPU level is unknown', () => {
    put(PREBUILT, addon)
    const said = refusal([], { NDOPS_CPU_LEVEL: 'v9' })
    match(said, /NDOPS_CPU_LEVEL names a level/)
    match(said, /to do: unset NDOPS_CPU_LEVEL/)
  })

  const onLinux = process.platform === 'linux' ? it : it.skip

  onLinux('says that a binary is for another processor', () => {
    const [other, machine] = process.arch === 'x64' ? ['arm64', 183] : ['x64', 62]
    put(PREBUILT, addon)
    const bytes = readFileSync(addon)
    bytes.writeUInt16LE(machine, 18)
    writeFileSync(join(folder, PREBUILT), bytes)
    const said = refusal()
    match(said, new RegExp(`prebuilds.*: is for linux-${other}`))
    match(said, new RegExp(`to do: the file is for linux-${other}: node_modules came from another machine`))
  })

  for (const [system, bytes] of Object.entries({
    'darwin-arm64': [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1],
    'darwin-universal': [0xca, 0xfe, 0xba, 0xbe],
    'win32-x64': [0x4d, 0x5a, ...new Array(58).fill(0), 64, 0, 0, 0, 0x50, 0x45, 0, 0, 0x64, 0x86],
  }))
    onLinux(`says that a binary is for ${system}`, () => {
      put(PREBUILT, addon)
      writeFileSync(join(folder, PREBUILT), Buffer.from([...bytes, ...new Array(200).fill(0)]))
      match(refusal(), new RegExp(`to do: the file is for ${system}: `))
    })

  onLinux('does not die of a binary that is cut short', () => {
    put(PREBUILT, addon)
    const bytes = readFileSync(addon)
    for (const part of [0, 0.0001, 0.3, 0.999]) {
      writeFileSync(join(folder, PREBUILT), bytes.subarray(0, part * bytes.length))
      match(
        refusal(),
        /prebuilds.*(cut short: \d+ of \d+ bytes|too short|Exec format error).*to do: the file is damaged/s,
      )
    }
  })

  onLinux('says that a file is no addon', () => {
    put(PREBUILT, addon)
    writeFileSync(join(folder, PREBUILT), `version https://git-lfs.github.com/spec/v1\n${' '.repeat(200)}`)
    match(refusal(), /to do: the file is damaged/)
  })

  /** What a system is said to be, before the package is loaded. */
  const pretending = (facts: string): string[] => {
    writeFileSync(join(folder, 'pretend.cjs'), facts)
    return ['--require', join(folder, 'pretend.cjs')]
  }
  const saying = (message: string): string[] =>
    pretending(`
      const { _extensions } = require('node:module')
      _extensions['.node'] = () => { throw Object.assign(new Error(${JSON.stringify(message)}), { code: 'ERR_DLOPEN_FAILED' }) }`)

  onLinux('says that the C library is too old', () => {
    put(PREBUILT, null)
    const old = `process.report.getReport = () => ({ header: { glibcVersionRuntime: '2.17' } })`
    match(refusal(pretending(old)), /glibc 2\.17.*to do: update the system to glibc 2\.28 or later \(Debian 10/s)
  })

  onLinux('says that Node is too old', () => {
    put(PREBUILT, null)
    const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.12.0', napi: '8' } })`
    match(refusal(pretending(old)), /Node 18\.12\.0 \(Node-API 8\).*to do: update to Node 20\.9 or later/s)
  })

  onLinux('says that there is no binary for a platform', () => {
    const code = `Object.defineProperty(process, 'arch', { value: 'riscv64' }); try { require(${JSON.stringify(folder)}) } catch (e) { process.stdout.write(e.message) }`
    const { stdout } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' })
    match(stdout, /to do: there is no prebuilt binary for linux(musl)?-riscv64; build it from a checkout/)
  })

  for (const [message, advice] of [
    [
      "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /app/ndops.node)",
      /the binary was built on a newer system \(it needs GLIBC_2\.38\)/,
    ],
    [
      'libopenblas.so.0: cannot open shared object file: No such file or directory',
      /the binary needs libopenblas\.so\.0, which is not here/,
    ],
    [
      'Error loading shared library libopenblas.so.3: No such file or directory (needed by /app/ndops.node)',
      /the binary needs libopenblas\.so\.3, which is not here/,
    ],
    [
      'dlopen(/app/ndops.node, 0x0001): Library not loaded: /opt/homebrew/opt/openblas/lib/libopenblas.0.dylib\n  Referenced from: <A> /app/ndops.node',
      /the binary needs \/opt\/homebrew\/opt\/openblas\/lib\/libopenblas\.0\.dylib, which is not here/,
    ],
    ['/app/ndops.node: failed to map segment from shared object', /the file system forbids running code \(noexec\)/],
    ['Module did not self-register: /app/ndops.node', /the file is damaged/],
    ['something nobody has seen', /install the package again; if that does not help, .* report this message/],
  ] as const)
    it(`knows what to do about "${message.slice(0, 40)}"`, () => {
      put(PREBUILT, addon)
      const said = refusal(saying(message))
      match(said, advice)
      ok(said.includes(message.split('\n')[0] as string), said)
    })

  it('keeps what the system said as the cause', () => {
    put(PREBUILT, null)
    const code = `try { require(${JSON.stringify(folder)}) } catch (e) { process.exit(e.cause instanceof Error ? 7 : 1) }`
    strictEqual(spawnSync(process.execPath, ['-e', code]).status, 7)
  })

  it('finds the platform by itself', () =>
    ok(/^(linux(musl)?|darwin|win32)-(x64|arm64|universal)$/.test(platformKey())))
})
