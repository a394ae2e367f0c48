// npm run package: the tarball to be published, where every binary is there and fit, and the package has what it must.
// Checkouts are private: npm runs no scripts in them (.npmrc), so nothing would stop it from publishing half a package.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { buildLibrary } from '../build.mjs'
import { checkBinary } from '../checkBinary.mjs'
import { isMain, root, say, stop } from '../support/run.mjs'
import { listing, manifest, packageFaults, tarball } from './pack.mjs'

/** Binaries that are not in prebuilds/, of all that the loader knows. */
export const missing = (known, there = existsSync) =>
  known.filter((key) => !there(path.join(root, `prebuilds/${key}.node`)))

async function complete() {
  await buildLibrary()
  const { PREBUILT } = await import('../../dist/core/platform.js')
  const faults = missing(PREBUILT).map((key) => `prebuilds/${key}.node is missing: npm run prebuild -- ${key}`)
  faults.push(...packageFaults(await listing(), manifest()))
  const { GITHUB_REF_TYPE, GITHUB_REF_NAME } = process.env
  const { version } = manifest()
  if (GITHUB_REF_TYPE === 'tag' && GITHUB_REF_NAME !== `v${version}`)
    faults.push(`${GITHUB_REF_NAME} is no tag of ${version}`)
  for (const fault of faults) say(`the package: ${fault}`)
  if (faults.length > 0) stop('the package is not complete')
  for (const key of PREBUILT) checkBinary(path.join(root, `prebuilds/${key}.node`))
  say(`npm publish ${path.relative(root, await tarball())}`)
}

if (isMain(import.meta.url)) await complete()
