import { record } from '../support/record'

for (const name of 'broadcastTo expandDims moveaxis ravel reshape squeeze swapaxes transpose'.split(' ')) record(name)
