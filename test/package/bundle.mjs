// Bundles server.mjs as users do and runs what comes out: bundle.mjs <folder of the app> <output
// folder> <file for the counts>. The package is
// installed in the app's folder; esbuild, webpack, rollup and nft are found beside this file's copy.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import commonjs from '@rollup/plugin-commonjs'
import nodeResolve from '@rollup/plugin-node-resolve'
import { rollup } from '@rollup/wasm-node'
import { nodeFileTrace } from '@vercel/nft'
import { build } from 'esbuild-wasm'
import webpack from 'webpack'

const require = createRequire(import.meta.url)
const [app, out, results] = process.argv.slice(2)
const entry = path.join(app, 'server.mjs')
const truth = '{"trace":120,"corner":14}'

/** webpack with what a program for Node always sets; `options` are what ndops asks for. */
function packed(folder, options) {
  const output = { path: folder, filename: 'server.cjs' }
  const config = { mode: 'production', target: 'node20', entry, output, optimization: { minimize: false }, ...options }
  return new Promise((resolve, reject) => {
    webpack(config, (error, stats) => {
      if (error ?? stats.hasErrors()) reject(error ?? new Error(stats.toString({ all: false, errors: true })))
      else resolve()
    })
  })
}

async function rolled(folder, options, output = {}) {
  const built = await rollup({ input: entry, onwarn: () => {}, ...options })
  await built.write({ file: path.join(folder, 'server.mjs'), format: 'es', ...output })
  await built.close()
}

/** Rollup leaves requires of binaries as they are: they are copied beside the bundle, and required from there. */
const binaries = {
  name: 'binaries',
  resolveId: (id) => (id.endsWith('.node') ? { id, external: true } : null),
  renderChunk: (code) => code.replaceAll('../../prebuilds/', './prebuilds/'),
  writeBundle: ({ file }) =>
    cpSync(path.join(app, 'node_modules/ndops/prebuilds'), path.join(path.dirname(file), 'prebuilds'), {
      recursive: true,
    }),
}
const withRequire = `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)`

const ways = {
  async 'esbuild, everything inside'(folder) {
    const outfile = path.join(folder, 'server.cjs')
    const options = { bundle: true, platform: 'node', format: 'cjs', loader: { '.node': 'copy' }, logLevel: 'error' }
    await build({ entryPoints: [entry], outfile, ...options })
    return outfile
  },
  async 'esbuild, ndops outside'(folder) {
    const outfile = path.join(folder, 'server.mjs')
    const options = { bundle: true, platform: 'node', format: 'esm', external: ['ndops'], logLevel: 'error' }
    await build({ entryPoints: [entry], outfile, ...options })
    return outfile
  },
  async 'webpack, everything inside'(folder) {
    const rules = [{ test: /\.node$/, loader: require.resolve('node-loader') }]
    await packed(folder, { module: { rules } })
    return path.join(folder, 'server.cjs')
  },
  async 'webpack, ndops outside'(folder) {
    const externals = { ndops: 'commonjs ndops', 'ndops/promises': 'commonjs ndops/promises' }
    await packed(folder, { externals })
    return path.join(folder, 'server.cjs')
  },
  async 'rollup, everything inside'(folder) {
    const plugins = [nodeResolve({ preferBuiltins: true }), commonjs(), binaries]
    await rolled(folder, { plugins }, { banner: withRequire })
    return path.join(folder, 'server.mjs')
  },
  async 'rollup, ndops outside'(folder) {
    await rolled(folder, { external: [/^ndops/] })
    return path.join(folder, 'server.mjs')
  },
  async 'nft (Next.js, Vercel)'(folder) {
    const { fileList } = await nodeFileTrace([entry], { base: app })
    for (const file of fileList) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      cpSync(path.join(app, file), path.join(folder, file), { dereference: true })
    }
    return path.join(folder, 'server.mjs')
  },
}

const counts = { passed: 0, failed: 0, skipped: 0 }
for (const [name, bundle] of Object.entries(ways)) {
  const folder = path.join(out, name.replace(/\W+/g, '-'))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  // A package of its own: within the checkout's, `ndops` would be the checkout.
  writeFileSync(path.join(folder, 'package.json'), '{ "name": "bundle", "private": true }\n')
  // What is left outside is found where it is installed.
  const outside = /outside/.test(name)
  if (outside) symlinkSync(path.join(app, 'node_modules'), path.join(folder, 'node_modules'))
  try {
    const program = await bundle(folder)
    const said = execFileSync(process.execPath, [program], { encoding: 'utf8', cwd: folder, timeout: 60_000 }).trim()
    if (said !== truth) throw new Error(`it said ${said} for ${truth}`)
    counts.passed += 1
    console.log(`ok: ${name}`)
  } catch (error) {
    counts.failed += 1
    console.log(`FAILED: ${name}\n${error.stack}`)
  }
}
writeFileSync(results, JSON.stringify(counts))
process.exitCode = counts.failed === 0 ? 0 : 1
