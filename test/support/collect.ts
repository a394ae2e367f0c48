/** Collection at will, for tests of what it frees. */

import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { words } from '../../lib/core/block'
import { addon } from '../../lib/core/native'

setFlagsFromString('--expose-gc')

/** A full collection. Finalizers run in later turns of the event loop. */
export const collect = runInNewContext('gc') as () => void

/** Collects until the condition holds, for two seconds at most. Whether it does. */
export async function collectUntil(holds: () => boolean): Promise<boolean> {
  for (let i = 0; i < 200 && !holds(); i++) {
    collect()
    await sleep(10)
  }
  return holds()
}

/** Collects what is garbage now, its memory given back. */
export async function collectAll(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    collect()
    await sleep(5)
    // At once, not when the timer looks.
    words[0] = 0
    addon.sweep()
  }
}
