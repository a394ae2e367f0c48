// What this build and this process are, and the settings that are the process's.
#include "binding/environment.h"
#include "core/cpu.h"
#include "core/parallel.h"
#include "core/registry.h"
#include "core/shared.h"
#include "core/system.h"
#include "linalg/blas.h"

namespace ndops {
namespace {

/// (name): the kernel's number, or -1.
Napi::Value kernel(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), findKernel(info[0].As<Napi::String>().Utf8Value().c_str()));
}

Napi::Value build(const Napi::CallbackInfo& info) {
  Napi::Object out = Napi::Object::New(info.Env());
  out.Set("cpuLevel", cpuLevelName(cpuLevel()));
  Napi::Array levels = Napi::Array::New(info.Env());
  for (const CpuLevel level : {CpuLevel::V2, CpuLevel::V3, CpuLevel::V4, CpuLevel::Neon})
    if (cpuRuns(level)) levels.Set(levels.Length(), cpuLevelName(level));
  out.Set("cpuLevels", levels);
  out.Set("blas", blasName());
  out.Set("blasKernel", blasKernel());
  out.Set("processors", processorBudget());
  out.Set("quota", processorQuota());
  out.Set("memoryBudget", static_cast<double>(memoryBudget()));
  Napi::Array names = Napi::Array::New(info.Env());
  for (int i = 0; i < kernelCount(); ++i) names.Set(static_cast<std::uint32_t>(i), kernelAt(i).name);
  out.Set("kernels", names);
  return out;
}

Napi::Value threads(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), threadCount()); }

Napi::Value setThreads(const Napi::CallbackInfo& info) {
  setThreadCount(info[0].As<Napi::Number>().Int32Value());
  return info.Env().Undefined();
}

Napi::Value memory(const Napi::CallbackInfo& info) {
  Environment* state = static_cast<Environment*>(info.Data());
  state->owners.sweep(info.Env(), &state->slots);
  sweepShared();
  const MemoryInfo now = memoryInfo();
  Napi::Object out = Napi::Object::New(info.Env());
  out.Set("live", static_cast<double>(now.live));
  out.Set("pooled", static_cast<double>(now.pooled));
  out.Set("peak", static_cast<double>(now.peak));
  out.Set("limit", static_cast<double>(now.limit));
  return out;
}

Napi::Value limitMemory(const Napi::CallbackInfo& info) {
  setMemoryLimit(static_cast<std::size_t>(info[0].As<Napi::Number>().DoubleValue()));
  return info.Env().Undefined();
}

Napi::Value trim(const Napi::CallbackInfo& info) {
  trimMemory();
  return info.Env().Undefined();
}

/// For tests: (n) lets allocations fail from the n-th on.
Napi::Value failAllocationAt(const Napi::CallbackInfo& info) {
  failAllocation(info[0].As<Napi::Number>().Int64Value());
  return info.Env().Undefined();
}

}  // namespace

void defineInfo(Napi::Env env, Napi::Object exports, Environment* state) {
  exports.Set("kernel", Napi::Function::New(env, kernel, "kernel", state));
  exports.Set("build", Napi::Function::New(env, build, "build", state));
  exports.Set("threads", Napi::Function::New(env, threads, "threads", state));
  exports.Set("setThreads", Napi::Function::New(env, setThreads, "setThreads", state));
  exports.Set("memory", Napi::Function::New(env, memory, "memory", state));
  exports.Set("setMemoryLimit", Napi::Function::New(env, limitMemory, "setMemoryLimit", state));
  exports.Set("trimMemory", Napi::Function::New(env, trim, "trimMemory", state));
  exports.Set("failAllocation", Napi::Function::New(env, failAllocationAt, "failAllocation", state));
}

}  // namespace ndops
