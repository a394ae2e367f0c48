import { record } from '../support/record'

// Bounds are those of the doc comments; complex ones those of test/native/elementwise/complexMath.cc.
record('exp', { ulp: 1, complexUlp: 3.5 })
record('expm1', { ulp: 2, complexUlp: 3.5 })
record('log', { ulp: 1, complexUlp: 2 })
record('log1p', { ulp: 1, complexUlp: 2 })
record('log2', { ulp: 2, complexUlp: 3 })
record('log10', { ulp: 2, complexUlp: 3 })
record('logaddexp', { ulp: 2 })
record('erf', { ulp: 2 })
record('erfinv', { ulp: 2 })
