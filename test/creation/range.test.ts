import { record } from '../support/record'

record('arange')
