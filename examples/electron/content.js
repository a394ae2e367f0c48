// The files of the page, and how the page may behave: all that the scheme app: has.
const { readFile } = require('node:fs/promises')
const path = require('node:path')

const ORIGIN = 'app://ndops'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** @type {{ readonly [path: string]: readonly [file: string, type: string] }} */
const FILES = {
  '/': ['index.html', 'text/html'],
  '/page.js': ['page.js', 'text/javascript'],
  '/page.css': ['page.css', 'text/css'],
}

/** @param {string} url */
async function respond(url) {
  const { origin, protocol, host, pathname } = new URL(url)
  // Node gives unknown schemes the origin "null".
  const here = origin === ORIGIN || `${protocol}//${host}` === ORIGIN
  if (!here || !Object.hasOwn(FILES, pathname)) return new Response('not found', { status: 404 })
  const [file, type] = /** @type {readonly [string, string]} */ (FILES[pathname])
  const headers = {
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
  }
  return new Response(await readFile(path.join(__dirname, 'page', file), 'utf8'), { headers })
}

module.exports = { ORIGIN, respond }
