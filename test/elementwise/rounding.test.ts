import { record } from '../support/record'

record('clip')
