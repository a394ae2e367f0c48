// Preloaded by test:full: another build of the addon (NDOPS_TEST_ADDON) in place of the usual one, in workers too.
const load = process.dlopen
process.dlopen = (module, file, ...flags) =>
  load.call(process, module, file.endsWith('ndops.node') ? process.env.NDOPS_TEST_ADDON : file, ...flags)
