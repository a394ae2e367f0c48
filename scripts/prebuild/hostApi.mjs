// Windows links a name to the file that has it, and Node-API's names are in whichever program runs: node.exe, an Electron
// app. So each is a jump through an address that is looked up in that program when the addon is loaded.
import { createRequire } from 'node:module'

const jump = {
  x64: (name) => `${name}: jmp *ndops_at_${name}(%rip)`,
  arm64: (name) => `${name}: adrp x16, ndops_at_${name}\\nldr x16, [x16, :lo12:ndops_at_${name}]\\nbr x16`,
}

/** The functions of a version of Node-API. */
export function names(version) {
  const { symbols } = createRequire(import.meta.url)('node-api-headers')
  const { js_native_api_symbols: js, node_api_symbols: node } = symbols[`v${version}`]
  return [...js, ...node].sort()
}

/** The source of the jumps. */
export const hostApi = (arch, functions) => `// Made by scripts/prebuild/hostApi.mjs.
#include <windows.h>
#include <stdlib.h>
extern "C" {
static void missing() { abort(); }
${functions.map((name) => `FARPROC ndops_at_${name};`).join('\n')}
${functions.map((name) => `__asm__(".text\\n.globl ${name}\\n${jump[arch](name)}\\n");`).join('\n')}
BOOL WINAPI DllMain(HINSTANCE, DWORD reason, LPVOID) {
  if (reason != DLL_PROCESS_ATTACH) return TRUE;
  HMODULE host = GetModuleHandleW(nullptr);
  if (GetProcAddress(host, "napi_get_version") == nullptr) host = GetModuleHandleW(L"libnode.dll");
  if (host == nullptr) return FALSE;
  const struct { FARPROC* at; const char* name; } all[] = {
${functions.map((name) => `    {&ndops_at_${name}, "${name}"},`).join('\n')}
  };
  for (const auto& one : all) {
    *one.at = GetProcAddress(host, one.name);
    if (*one.at == nullptr) *one.at = reinterpret_cast<FARPROC>(missing);
  }
  return TRUE;
}
}
`
