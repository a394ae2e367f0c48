import { record } from '../support/record'

record('where')
