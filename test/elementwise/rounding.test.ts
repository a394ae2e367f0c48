import { record } from '../support/record'

record('clip')
record('ceil')
record('floor')
record('round')
record('nanToNum')
record('cast')
