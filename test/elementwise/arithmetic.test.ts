import { record } from '../support/record'

record('add')
