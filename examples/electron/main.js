// The main process: one window, one utility process that computes, and a port between them that does not pass through
// here. What Electron's security guide asks for is done here, in content.js and in the fuses of package.json.
const path = require('node:path')
const { app, BrowserWindow, ipcMain, MessageChannelMain, protocol, session, utilityProcess } = require('electron')
const { ORIGIN, respond } = require('./content')

app.enableSandbox()
protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }])

/** @type {Electron.UtilityProcess | undefined} */
let computing

function computingProcess() {
  if (computing === undefined) {
    computing = utilityProcess.fork(path.join(__dirname, 'compute.js'), [], { serviceName: 'ndops' })
    // The pages learn it from their ports; the next one that asks gets a new process.
    computing.once('exit', () => {
      computing = undefined
    })
  }
  return computing
}

// preload.js asks once for each page that is loaded.
ipcMain.on('connect', ({ senderFrame }) => {
  if (senderFrame === null || senderFrame.parent !== null || !senderFrame.url.startsWith(`${ORIGIN}/`)) return
  const { port1, port2 } = new MessageChannelMain()
  computingProcess().postMessage(null, [port1])
  senderFrame.postMessage('port', null, [port2])
})

// The page goes nowhere, opens nothing and embeds nothing.
app.on('web-contents-created', (_event, contents) => {
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
})

function openWindow() {
  const window = new BrowserWindow({
    width: 1040,
    height: 720,
    show: false,
    backgroundColor: '#0b0d17',
    webPreferences: {
      preload: path.join(__dirname, 'preload.js'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
    },
  })
  window.removeMenu()
  window.once('ready-to-show', () => window.show())
  return window.loadURL(`${ORIGIN}/`)
}

app.on('window-all-closed', () => app.quit())

app.whenReady().then(() => {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.defaultSession.setPermissionCheckHandler(() => false)
  protocol.handle('app', ({ url }) => respond(url))
  return openWindow()
})
