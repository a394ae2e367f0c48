// The peers, each in a process of its own; which of them are there is found, not assumed.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Side, start } from './side'

/** A current Node for those that want it: from npm, or the one that runs this. */
function currentNode(): string {
  const found = ['linux-x64', 'linux-arm64'].map((name) => join('bench/peers/node_modules', `node-${name}`, 'bin/node'))
  return found.find((file) => existsSync(file)) ?? process.execPath
}

/** The Python with NumPy: NDOPS_PYTHON, the environment that scripts/bench.mjs makes, or python3. */
export function python(): string {
  const own = 'build/bench/venv/bin/python'
  return process.env.NDOPS_PYTHON ?? (existsSync(own) ? own : 'python3')
}

export async function peers(): Promise<(Side | string)[]> {
  const script = 'bench/peers/python.py'
  const sides: (Side | string)[] = []
  for (const [name, kind] of [
    ['NumPy', 'numpy'],
    ['NumPy AVX2', 'numpyAvx2'],
    ['Keras', 'keras'],
    ['JAX', 'jax'],
    ['OpenBLAS', 'openblas'],
  ] as const)
    sides.push(await start(name, [python(), script, kind]))
  for (const [name, file] of [
    ['numpy-ts', 'numpyTs.mjs'],
    ['tfjs-wasm', 'tfjs.mjs'],
  ] as const)
    sides.push(await start(name, [currentNode(), join('bench/peers', file)]))
  return sides
}
