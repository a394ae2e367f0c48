// A small server as users bundle it: it serves sums and products, asks itself for some, and ends.
import { createServer } from 'node:http'
import * as ops from 'ndops'
import { matmul } from 'ndops/promises'

const server = createServer(async (request, response) => {
  const n = Number(new URL(request.url, 'http://localhost').searchParams.get('n'))
  const square = ops.reshape(ops.arange(n * n), [n, n])
  const product = await matmul(square, ops.transpose(square))
  response.end(JSON.stringify({ trace: ops.sum(square).item(), corner: product.getItem([0, 0]).item() }))
})

server.listen(0, '127.0.0.1', async () => {
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/?n=4`)
  console.log(await answer.text())
  server.close()
})
