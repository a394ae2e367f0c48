// Trains a two-layer classifier on real handwritten digits, in ndops functions alone, and draws what it was unsure of.
// Run by `npm run demo`. The same seed gives the same result on the same machine and thread count.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as ops from 'ndops'
import { drawReport } from './picture'
import { progressBar } from './progress'
import { randomGenerator } from './random'

const SEED = 7
const HIDDEN = 96
const EPOCHS = 60
const BATCH = 64
const RATE = 0.05
const MOMENTUM = 0.9
const DECAY = 1e-3
const CLASSES = 10
const PIXELS = 64
const GOAL = 0.97

type Tensor = ops.Tensor

const root = path.join(__dirname, '../../../..')
const random = randomGenerator(SEED)

/** Images [n, 64] and labels [n], from lines of 64 pixels and a label; lines that begin with # are comments. */
function readDigits(file: string): { images: Tensor; labels: Tensor } {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const table = ops.array(lines.map((line) => line.split(',').map(Number)))
  return { images: table.getItem(['...', `:${PIXELS}`]), labels: table.getItem(['...', PIXELS]).cast('int32') }
}

/** The parameters of the network, and how fast each is moving. */
interface Network {
  parameters: Tensor[]
  velocities: Tensor[]
}

/** Weights drawn so that signals keep their size from layer to layer. */
function weights(inputs: number, outputs: number): Tensor {
  const values = Float32Array.from({ length: inputs * outputs }, () => random.normal())
  return ops.fromData(values, [inputs, outputs]).multiply(Math.sqrt(2 / inputs))
}

function makeNetwork(): Network {
  const parameters = [weights(PIXELS, HIDDEN), ops.zeros([HIDDEN]), weights(HIDDEN, CLASSES), ops.zeros([CLASSES])]
  return { parameters, velocities: parameters.map((p) => ops.zerosLike(p)) }
}

/** What the hidden layer gives, and the probability of each class: rows of the softmax. */
function predict(parameters: Tensor[], images: Tensor): { hidden: Tensor; probabilities: Tensor } {
  const [w1, b1, w2, b2] = parameters as [Tensor, Tensor, Tensor, Tensor]
  const hidden = images.matmul(w1).add(b1).maximum(0)
  const scores = hidden.matmul(w2).add(b2)
  const powers = scores.subtract(scores.max(1, true)).exp()
  return { hidden, probabilities: powers.divide(powers.sum(1, true)) }
}

/** One step of gradient descent on a batch. Gives the mean loss. */
function step(network: Network, images: Tensor, wanted: Tensor): number {
  const { parameters, velocities } = network
  const w2 = parameters[2] as Tensor
  const n = images.shape[0] as number
  const { hidden, probabilities } = predict(parameters, images)
  const loss = probabilities.multiply(wanted).sum(1).log().mean().negative()
  const dScores = probabilities.subtract(wanted).divide(n)
  const dHidden = dScores.matmul(w2.transpose()).multiply(hidden.greater(0))
  const gradients = [
    images.transpose().matmul(dHidden),
    dHidden.sum(0),
    hidden.transpose().matmul(dScores),
    dScores.sum(0),
  ]
  gradients.forEach((gradient, k) => {
    const parameter = parameters[k] as Tensor
    const velocity = (velocities[k] as Tensor)
      .multiply(MOMENTUM)
      .subtract(gradient.add(parameter.multiply(DECAY)).multiply(RATE))
    velocities[k] = velocity
    parameters[k] = parameter.add(velocity)
  })
  return Number(loss.item())
}

function main(): void {
  const started = process.hrtime.bigint()
  const { images, labels } = readDigits(path.join(root, 'examples/digits/digits.csv'))
  const count = images.shape[0] as number
  const order = random.permutation(count)
  const held = Math.floor(count / 3)
  const [testRows, trainRows] = [order.subarray(0, held), order.subarray(held)]
  const trainImages = images.take(trainRows, 0)
  const testImages = images.take(testRows, 0)
  const testLabels = labels.take(testRows)

  // Some pixels are the same in every image: their deviation is 0, and divideNoNan leaves them 0.
  const [mean, deviation] = [trainImages.mean(0), trainImages.std(0)]
  const standardise = (x: Tensor): Tensor => x.subtract(mean).divideNoNan(deviation)
  const train = standardise(trainImages)
  const test = standardise(testImages)
  const wanted = labels.take(trainRows).expandDims(1).equal(ops.arange(CLASSES)).cast('float32')

  const { cpuLevel, blas, blasKernel, threads } = ops.buildInfo()
  const library = blas.split(' ').slice(0, 2).join(' ')
  console.log(`ndops: CPU level ${cpuLevel}, ${library} with ${blasKernel} kernels, ${threads} threads`)
  console.log(`${count} digits: training on ${trainRows.length}, held out ${held}; seed ${SEED}`)

  const network = makeNetwork()
  const show = progressBar(EPOCHS)
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const shuffled = random.permutation(trainRows.length)
    let [loss, batches] = [0, 0]
    for (let begin = 0; begin < shuffled.length; begin += BATCH) {
      const batch = shuffled.subarray(begin, begin + BATCH)
      loss += step(network, train.take(batch, 0), wanted.take(batch, 0))
      batches++
    }
    show(epoch, `loss ${(loss / batches).toFixed(4)}`)
  }

  const { probabilities } = predict(network.parameters, test)
  const guesses = probabilities.argmax(1)
  const right = guesses.equal(testLabels)
  const accuracy = Number(right.mean().item())
  const seconds = Number(process.hrtime.bigint() - started) / 1e9

  // counts[label, guess]: a product of the two as one-hot rows.
  const classes = ops.arange(CLASSES)
  const oneHot = (x: Tensor): Tensor => x.expandDims(1).equal(classes).cast('int32')
  const counts = oneHot(testLabels).transpose().matmul(oneHot(guesses)).toArray() as number[][]

  const sureness = probabilities.max(1)
  const least = sureness.argsort().getItem([':12'])
  const [pixels, truths, guessed, sure] = [
    testImages.take(least, 0),
    testLabels.take(least),
    guesses.take(least),
    sureness.take(least),
  ].map((x) => x.toArray()) as [number[][], number[], number[], number[]]
  const doubts = pixels.map((image, k) => ({
    pixels: image,
    label: truths[k] as number,
    guess: guessed[k] as number,
    probability: sure[k] as number,
  }))
  const percent = (100 * accuracy).toFixed(2)
  const picture = path.join(root, 'build/digits.svg')
  writeFileSync(picture, drawReport(counts, doubts, `${held} held-out digits, ${percent} % right`))

  console.log(`accuracy on the held-out third: ${percent} %, in ${seconds.toFixed(2)} s`)
  console.log(`picture: ${path.relative(process.cwd(), picture)}`)
  if (accuracy < GOAL) {
    console.error(`expected at least ${100 * GOAL} %`)
    process.exitCode = 1
  }
}

main()
