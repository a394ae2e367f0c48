import { strictEqual } from 'node:assert'
import { record } from '../support/record'

record('getItem')
record('nonzero')
record('slice')
record('take')
record('takeAlongAxis')
void strictEqual
