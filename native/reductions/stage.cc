#include "reductions/stage.h"

#include <algorithm>
#include <cstring>

namespace ndops {
namespace {

constexpr std::int64_t kBlock = 256;

template <int size, class Offset>
void collect(char* to, const char* from, std::int64_t n, Offset offset) {
  for (std::int64_t i = 0; i < n; ++i) std::memcpy(to + i * size, from + offset(i) * size, size);
}

template <class Offset>
void collectSized(char* to, const char* from, std::int64_t n, int size, Offset offset) {
  switch (size) {
    case 1:
      return collect<1>(to, from, n, offset);
    case 2:
      return collect<2>(to, from, n, offset);
    case 4:
      return collect<4>(to, from, n, offset);
    case 8:
      return collect<8>(to, from, n, offset);
    default:
      return collect<16>(to, from, n, offset);
  }
}

}  // namespace

void stage(char* to, const char* from, std::int64_t n, std::int64_t stride, int size, Convert convert,
           int toSize) noexcept {
  if (stride == 1) {
    if (convert != nullptr) return convert(to, from, n);
    std::memcpy(to, from, static_cast<std::size_t>(n * size));
    return;
  }
  const auto spaced = [stride](std::int64_t i) { return i * stride; };
  if (convert == nullptr) return collectSized(to, from, n, size, spaced);
  alignas(64) char raw[kBlock * 16];
  for (std::int64_t at = 0; at < n; at += kBlock) {
    const std::int64_t count = std::min(kBlock, n - at);
    collectSized(raw, from + at * stride * size, count, size, spaced);
    convert(to + at * toSize, raw, count);
  }
}

void stageFrom(char* to, const char* from, const std::int64_t* offsets, std::int64_t n, int size,
               Convert convert) noexcept {
  const auto listed = [offsets](std::int64_t i) { return offsets[i]; };
  if (convert == nullptr) return collectSized(to, from, n, size, listed);
  alignas(64) char raw[kBlock * 16];
  collectSized(raw, from, n, size, listed);
  convert(to, raw, n);
}

}  // namespace ndops
