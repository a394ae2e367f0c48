import { record } from '../support/record'

record('cond')
record('foriLoop')
record('stopGradient')
record('vectorizedMap')
record('whileLoop')
