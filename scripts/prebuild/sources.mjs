// What the prebuilt binaries are made of: pinned by version and checksum, from Debian's archive and PyPI.
import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { commandOutput, root, run, say, stop } from '../support/run.mjs'

/** Debian's archive: the one that apt uses on a Debian, or NDOPS_DEBIAN_MIRROR. */
function mirror() {
  if (process.env.NDOPS_DEBIAN_MIRROR !== undefined) return process.env.NDOPS_DEBIAN_MIRROR
  const sites = commandOutput('apt-get', ['indextargets', '--format', '$(SITE)', 'Created-By: Packages'])?.split('\n')
  const own = sites?.find((site) => site.endsWith('/debian'))
  return own ?? stop("name a mirror of Debian's archive in NDOPS_DEBIAN_MIRROR: apt here has none")
}

/**
 * OpenBLAS 0.3.29: without threads of its own, none of the defects known of it touch us; 0.3.34's blocking for AMD
 * processors overflows its buffers.
 */
export const SOURCES = {
  openblas: {
    version: '0.3.29',
    file: 'pool/main/o/openblas/openblas_0.3.29+ds.orig.tar.xz',
    sha256: 'eb691e2cff83799400da22aa6ab93ebaa346ad317fea578b7ae119e226ce1b01',
  },
  eigen: {
    version: '3.4.0',
    file: 'pool/main/e/eigen3/eigen3_3.4.0.orig.tar.bz2',
    sha256: 'b4c198460eba6f28d34894e3a5710998818515104d6e74e5cc331ce31e46e626',
  },
  // The package of the headers: they are all of it.
  xsimd: {
    version: '8.1.0',
    file: 'pool/main/x/xsimd/libxsimd-dev_8.1.0-7_amd64.deb',
    sha256: '5ee562aa083ddfbb991a741da4ce164878d8f5ef30a250df3e6e1688562dc53f',
  },
}

// The compiler for every target: clang with the C libraries' headers and stubs, and a static C++ runtime.
export const ZIG = {
  version: '0.15.2',
  sha256: {
    x64: '806316453d1ede7174ed3fefb8e5348154629089c3bb5fe812dfd0e172fac130',
  },
}

export const work = path.join(root, 'build/prebuild')
const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')

async function download(url, file) {
  const answer = await fetch(url).catch((error) => ({ ok: false, status: error.cause?.message ?? error.message }))
  if (!answer.ok)
    stop(`${url} could not be had (${answer.status}): check the network, or name a mirror in NDOPS_DEBIAN_MIRROR`)
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(`${file}.part`))
  renameSync(`${file}.part`, file)
}

function check(file, wanted) {
  const found = sha256(file)
  if (found === wanted) return
  rmSync(file)
  stop(`${path.basename(file)} has the checksum ${found} and must have ${wanted}`)
}

/** Unpacks into `folder` once; `make` fills it. */
async function once(folder, mark, make) {
  const stamp = path.join(folder, '.ndops-source')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === mark) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await make()
  writeFileSync(stamp, mark)
  return folder
}

/** Unpacks a pinned file of Debian's archive into a folder of `work`, and gives the folder. */
export async function unpacked({ file, sha256: wanted, version }, name) {
  const archive = path.join(work, 'downloads', path.basename(file))
  mkdirSync(path.dirname(archive), { recursive: true })
  if (!existsSync(archive)) {
    say(`fetching ${name} ${version}`)
    await download(`${mirror()}/${file}`, archive)
  }
  check(archive, wanted)
  return once(path.join(work, name), wanted, async () => {
    const folder = path.join(work, name)
    const unpack = file.endsWith('.deb')
      ? `ar p '${archive}' data.tar.xz | tar xJ -C '${folder}'`
      : `tar xf '${archive}' -C '${folder}' --strip-components=1`
    if ((await run('sh', ['-c', unpack])) !== 0) stop(`${archive} could not be unpacked: tar, xz and bzip2 are needed`)
  })
}

/** The unpacked sources of one library; a folder of its own where `copy` is named. */
export const source = (name, copy = '') => unpacked(SOURCES[name], copy === '' ? name : `${name}-${copy}`)

/** Unpacks a pinned wheel of PyPI into a folder of `work`, and gives the folder; pip checks it. */
export async function wheel({ file, sha256: wanted, version, options = [] }, name) {
  const folder = path.join(work, name)
  return once(folder, wanted, async () => {
    say(`fetching ${name} ${version}`)
    const list = path.join(folder, 'requirements.txt')
    writeFileSync(list, `${file}==${version} --hash=sha256:${wanted}\n`)
    const args = ['-m', 'pip', 'install', '--quiet', '--require-hashes', '--no-deps', '--only-binary=:all:', ...options]
    const code = await run('python3', [...args, '--target', folder, '-r', list])
    if (code !== 0) stop(`${name} could not be installed: python3 with pip is needed (Debian: python3-pip)`)
  })
}

/** The path of the zig program. */
export async function zig() {
  const wanted = ZIG.sha256[process.arch]
  if (wanted === undefined) stop(`prebuilt binaries are made on Linux x64, not on ${process.arch}`)
  const folder = await wheel({ file: 'ziglang', version: ZIG.version, sha256: wanted }, 'zig')
  return path.join(folder, 'ziglang/zig')
}
