// Reading a command, checking it, running it: see command.h for the layout. Included where a command is run, so that
// the way to a small op's result has no calls that could be left out.
#pragma once

#include <cstring>

#include "core/command.h"
#include "core/registry.h"

namespace ndops {
namespace detail {

constexpr int kViewWords = 5;

/// A number in memory, as a rank-0 view's data.
union Immediate {
  std::uint8_t boolean;
  std::int64_t integer;
  std::uint64_t natural;
  double real;
  double complex[2];
};

inline bool fill(Immediate& value, DType dtype, double high, double low) {
  switch (dtype) {
    case DType::Bool:
      value.boolean = high != 0;
      return true;
    case DType::Int64:
      // Two parts that are exact in a double each; their sum is in range by construction in lib/core/convert.ts.
      if (!(high >= -0x1p63 && high < 0x1p63 && low >= 0 && low <= 0x1p32)) return false;
      value.integer = static_cast<std::int64_t>(static_cast<std::uint64_t>(static_cast<std::int64_t>(high)) +
                                                static_cast<std::uint64_t>(low));
      return true;
    case DType::Uint64:
      if (!(high >= 0 && high < 0x1p64 && low >= 0 && low <= 0x1p32)) return false;
      value.natural = static_cast<std::uint64_t>(high) + static_cast<std::uint64_t>(low);
      return true;
    case DType::Float64:
      value.real = high;
      return true;
    case DType::Complex128:
      value.complex[0] = high;
      value.complex[1] = low;
      return true;
    default:
      return false;
  }
}

/// Whether all elements of the view lie inside `bytes` bytes from its storage's beginning.
inline bool inside(const View& view, std::int64_t offset, std::size_t bytes) {
  std::int64_t low = offset;
  std::int64_t high = offset;
  bool empty = false;
  for (int axis = 0; axis < view.rank; ++axis) {
    const std::int64_t n = view.shape[axis];
    if (n < 0) return false;
    if (n == 0) empty = true;
    std::int64_t reach = 0;
    if (__builtin_mul_overflow(n > 0 ? n - 1 : 0, view.strides[axis], &reach)) return false;
    if (__builtin_add_overflow(reach < 0 ? low : high, reach, reach < 0 ? &low : &high)) return false;
  }
  if (empty) return true;
  std::int64_t end = 0;
  if (low < 0 || __builtin_add_overflow(high, 1, &end) || __builtin_mul_overflow(end, itemSize(view.dtype), &end))
    return false;
  return static_cast<std::uint64_t>(end) <= bytes;
}

/// Whether a word is in range, so that it may become an integer. False for NaN.
inline bool within(double x, double low, double high) { return x >= low && x <= high; }

constexpr double kExact = 0x1p53;
constexpr std::int64_t kOne = 1;

}  // namespace detail

template <class Resolver>
Status runCommand(const double* words, int count, const Resolver& resolver, Execution& execution) noexcept {
  using namespace detail;
  if (count < word::kFirst || count > kBlockWords) return execution.fail(Status::Extent);
  if (!within(words[word::kKernel], 0, kernelCount() - 1) || !within(words[word::kViews], 0, kMaxViews) ||
      !within(words[word::kNumbers], 0, count))
    return execution.fail(Status::Extent);
  const int viewCount = static_cast<int>(words[word::kViews]);
  View views[kMaxViews];
  Immediate immediates[kMaxViews];
  std::int64_t extents[kBlockWords];
  int used = 0;
  int at = word::kFirst;
  for (int i = 0; i < viewCount; ++i) {
    if (at + kViewWords > count) return execution.fail(Status::Extent);
    const double* w = words + at;
    if (!within(w[2], 0, kDTypes - 1) || !within(w[4], -1, kMaxRank)) return execution.fail(Status::Extent);
    View& view = views[i];
    view.dtype = static_cast<DType>(static_cast<int>(w[2]));
    const int rank = static_cast<int>(w[4]);
    at += viewWords(w);
    if (at > count) return execution.fail(Status::Extent);
    if (rank < 0) {
      const Block* block = resolver.resolve(w[0], w[1]);
      if (block == nullptr) return execution.fail(Status::Disposed, i);
      if (!within(w[5], 0, kExact) || !within(w[3], 0, kExact)) return execution.fail(Status::Extent, i);
      const std::int64_t offset = static_cast<std::int64_t>(w[3]);
      const std::int64_t size = static_cast<std::int64_t>(w[5]);
      const std::int64_t item = itemSize(view.dtype);
      // Neither sum nor product can overflow: 2^54 elements of 16 bytes.
      if (static_cast<std::uint64_t>((offset + size) * item) > block->bytes) return execution.fail(Status::Extent, i);
      extents[used] = size;
      view.rank = 1;
      view.shape = extents + used++;
      view.strides = &kOne;
      view.data = block->data + offset * item;
      continue;
    }
    view.rank = rank;
    view.shape = extents + used;
    view.strides = view.shape + rank;
    for (int k = 0; k < 2 * rank; ++k) {
      if (!within(w[5 + k], -kExact, kExact)) return execution.fail(Status::Extent);
      extents[used++] = static_cast<std::int64_t>(w[5 + k]);
    }
    if (w[0] == -1) {
      if (rank != 0 || !fill(immediates[i], view.dtype, w[3], w[1])) return execution.fail(Status::Extent);
      view.data = reinterpret_cast<char*>(&immediates[i]);
    } else if (w[0] == -2) {
      view.data = nullptr;
    } else {
      const Block* block = resolver.resolve(w[0], w[1]);
      if (block == nullptr) return execution.fail(Status::Disposed, i);
      if (!within(w[3], -kExact, kExact)) return execution.fail(Status::Extent, i);
      const std::int64_t offset = static_cast<std::int64_t>(w[3]);
      if (!inside(view, offset, block->bytes)) return execution.fail(Status::Extent, i);
      view.data = block->data + offset * itemSize(view.dtype);
    }
  }
  const int numberCount = static_cast<int>(words[word::kNumbers]);
  if (at + numberCount != count) return execution.fail(Status::Extent);
  const Kernel& kernel = kernelAt(static_cast<int>(words[word::kKernel]));
  const Launch launch{views, viewCount, words + at, numberCount, &execution};
  const Status status = kernel.driver(kernel, launch);
  return status == Status::Ok || execution.failure() != Status::Ok ? status : execution.fail(status);
}

}  // namespace ndops
