// npm run format: biome and clang-format write what `npm run lint` asks for.
import { clangFormat, cppFiles } from './lint.mjs'
import { setup } from './setup.mjs'
import { run, say, stop, tool } from './support/run.mjs'

await setup()
const biome = [tool('@biomejs/biome/bin/biome'), 'check', '--write', '.']
if ((await run(process.execPath, biome)) !== 0) stop('biome found what it cannot put right by itself: see above')
const program = clangFormat()
if (program === null) say('clang-format has no program for this platform in npm; C++ files were left alone')
else if ((await run(program, ['-i', ...cppFiles()])) !== 0) stop('clang-format failed: see above')
