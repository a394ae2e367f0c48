import { record } from '../support/record'

for (const name of 'array convertToTensor isTensor ndim shape size'.split(' ')) record(name)
