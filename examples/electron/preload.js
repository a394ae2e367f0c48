// Runs sandboxed, in a world of its own: the page gets two functions and no part of Electron.
const { contextBridge, ipcRenderer } = require('electron')

/** @type {Promise<MessagePort>} */
const connected = new Promise((resolve, reject) => {
  ipcRenderer.once('port', ({ ports: [port] }) => (port ? resolve(port) : reject(new Error('no port came'))))
  ipcRenderer.send('connect')
})

/** @type {import('./types').Compute} */
const compute = {
  send: (request) => {
    connected.then((port) => port.postMessage(request))
  },
  listen: (listener) => {
    connected.then((port) => {
      port.addEventListener('close', () => listener({ type: 'gone' }))
      port.onmessage = ({ data }) => listener(data)
    })
  },
}

contextBridge.exposeInMainWorld('compute', compute)
