/** The command block that launches are written into; native/core/command.h has the same layout. */

import { addon } from './native'

export const WORD = {
  KERNEL: 0,
  VIEWS: 1,
  NUMBERS: 2,
  WORDS: 3,
  STATUS: 4,
  DETAIL: 5,
  LATE_SLOT: 8,
  LATE_GENERATION: 9,
  LATE_ROWS: 10,
  LATE_COLUMNS: 11,
  FIRST: 12,
} as const

export const BLOCK_WORDS = 2560

export const words = new Float64Array(BLOCK_WORDS)
addon.open(words)
