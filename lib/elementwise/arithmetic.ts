import { binary, same } from '../core/patterns'
export const add = binary('add', same)
