import { record } from '../support/record'

for (const name of 'empty eye full fullLike identity ones onesLike tri zeros zerosLike'.split(' ')) record(name)
