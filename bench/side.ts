// One side of a comparison: a process that makes calls and times them, asked line by line.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Call } from './cases'

/** What a side says of a call that it can make. `sample` are some elements of a floating result. */
export interface Prepared {
  readonly dtype?: string
  readonly sample?: readonly number[]
  /** Why the side has no such call. */
  readonly no?: string
}

export interface Side {
  readonly name: string
  readonly about: string
  prepare(call: Call): Promise<Prepared>
  /** Nanoseconds a call, the mean of as many as fit the time. */
  time(seconds: number): Promise<number>
  /** How many bytes the process grew by at the peak of one call, and how many of them its result has. */
  memory(): Promise<{ grown: number; result: number }>
  stop(): void
}

// Each side is at its best: nothing holds back the kernels that its BLAS chooses.
function environment(): NodeJS.ProcessEnv {
  const env = { ...process.env }
  for (const name of ['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE', 'OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS'])
    delete env[name]
  return env
}

/** Starts a side, or says why it cannot be. */
export async function start(
  name: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Side | string> {
  const [program, ...args] = command as [string, ...string[]]
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', process.env.NDOPS_BENCH_VERBOSE ? 'inherit' : 'ignore'],
    env: { ...environment(), ...env },
  })
  let failed: string | undefined
  child.on('error', (error) => {
    failed = error.message
  })
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${name} ended${failed ? `: ${failed}` : ''}`)
    return JSON.parse(value) as Record<string, unknown>
  }
  const ask = (request: object): Promise<Record<string, unknown>> => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    return read()
  }
  let about: string
  try {
    about = (await read()).about as string
  } catch (error) {
    return (error as Error).message
  }
  return {
    name,
    about,
    prepare: (call) => ask({ prepare: call }) as Promise<Prepared>,
    time: async (seconds) => {
      const { nanoseconds, error } = await ask({ time: seconds })
      if (typeof nanoseconds !== 'number') throw new Error(`${name}: ${String(error)}`)
      return nanoseconds
    },
    memory: async () => {
      const { grown, result } = await ask({ memory: true })
      return { grown: grown as number, result: result as number }
    },
    stop: () => child.stdin.end(),
  }
}
