import { record } from '../support/record'

record('where')
record('logicalAnd')
record('logicalOr')
record('logicalXor')
record('logicalNot')
record('isfinite')
record('isinf')
record('isnan')
