import { record } from '../support/record'

record('exp', { ulp: 1 })
record('log', { ulp: 1 })
