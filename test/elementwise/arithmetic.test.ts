import { positive } from '../support/random'
import { alias, record } from '../support/record'

// The bounds are those of complex numbers (native/elementwise/arithmetic.h); real results are correctly rounded, but for
// rsqrt's second rounding.
record('add')
record('subtract')
record('multiply')
record('divide', { ulp: 4 })
record('divideNoNan', { ulp: 4 })
record('floorDivide')
record('mod')
record('power', { ulp: 8, draw: positive })
record('maximum')
record('minimum')
record('negative')
record('abs', { ulp: 1 })
record('sign', { ulp: 3 })
record('square')
record('reciprocal', { ulp: 4 })
record('sqrt', { ulp: 2 })
record('rsqrt', { ulp: 4 })
alias('absolute', 'abs')
alias('trueDivide', 'divide')
