/** CRC-32, as zip archives carry it. */

import * as zlib from 'node:zlib'
import { PIECE, pause, type Steps } from './steps'

const TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
  return c
})

/** CRC-32, continued from `before`, without help of the host. */
export function crcByTable(bytes: Uint8Array, before = 0): number {
  let c = ~before
  for (let i = 0; i < bytes.length; i++) c = (TABLE[(c ^ (bytes[i] as number)) & 0xff] as number) ^ (c >>> 8)
  return ~c >>> 0
}

/** The same, by Node where it has it (20.15, 22.2 and later). */
export const crc32: (bytes: Uint8Array, before?: number) => number =
  (zlib as { crc32?: (bytes: Uint8Array, before?: number) => number }).crc32 ?? crcByTable

/** Of bytes in memory, the event loop let in between. */
export function* crcOf(bytes: Uint8Array): Steps<number> {
  let crc = 0
  for (let at = 0; at < bytes.length; at += PIECE) {
    yield* pause()
    crc = crc32(bytes.subarray(at, at + PIECE), crc)
  }
  return crc
}
