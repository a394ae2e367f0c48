import { record } from '../support/record'

record('exp', { ulp: 4 })
record('expm1', { ulp: 4 })
record('log', { ulp: 4 })
record('log1p', { ulp: 4 })
record('log2', { ulp: 4 })
record('log10', { ulp: 4 })
record('logaddexp', { ulp: 2 })
record('erf', { ulp: 2 })
record('erfinv', { ulp: 2 })
