import { record } from '../support/record'

// Bounds are those of the doc comments; complex ones those of test/native/elementwise/complexMath.cc.
record('sin', { ulp: 1, complexUlp: 3 })
record('cos', { ulp: 1, complexUlp: 3 })
record('tan', { ulp: 2, complexUlp: 6 })
record('arcsin', { ulp: 2, complexUlp: 5 })
record('arccos', { ulp: 2, complexUlp: 5 })
record('arctan', { ulp: 1, complexUlp: 4 })
record('arctan2', { ulp: 2 })
record('sinh', { ulp: 2, complexUlp: 3 })
record('cosh', { ulp: 2, complexUlp: 3 })
record('tanh', { ulp: 2, complexUlp: 6 })
record('arcsinh', { ulp: 2, complexUlp: 5 })
record('arccosh', { ulp: 2, complexUlp: 5 })
record('arctanh', { ulp: 2, complexUlp: 4 })
