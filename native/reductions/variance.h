// Loops of var and std: one pass, by blocks. A block is measured from a shift near the mean (the running mean, or for
// the first block its own), its mean and sum of squared deviations are joined to the state by Chan's formula. Means are
// kept as an offset from the state's first shift, so a large common value costs no digits; equal elements give exactly
// 0.
#pragma once

#include <cstdint>

#include "reductions/reduce.h"
#include "simd/lanes.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// The state of one real column, in three arrays.
struct Moments {
  double shift;
  double offset;   // mean - shift
  double squares;  // sum of squared deviations from the mean
};

inline void join(Moments& into, double seenInto, const Moments& from, double seenFrom) {
  const double total = seenInto + seenFrom;
  const double distance = ((from.shift - into.shift) + from.offset) - into.offset;
  into.offset += distance * (seenFrom / total);
  into.squares += from.squares + distance * distance * (seenInto * (seenFrom / total));
}

/// What `n` deviations d from `shift` say: their sum and the sum of their squares.
inline Moments ofBlock(double shift, double sum, double squares, double n) {
  const double offset = sum / n;
  const double about = squares - sum * offset;
  return {shift, offset, about < 0 ? 0 : about};
}

template <class T, int kC, bool kRoot>
struct VarianceLoops {
  static constexpr std::int64_t kBlockRows = 64;
  static constexpr int kWidest = 1024;
  static constexpr int kRunSteps = 16;

  static Moments get(const double* s, std::int64_t stride) { return {s[0], s[stride], s[2 * stride]}; }
  static void put(double* s, std::int64_t stride, const Moments& m) {
    s[0] = m.shift;
    s[stride] = m.offset;
    s[2 * stride] = m.squares;
  }
  static T mean(const double* s, std::int64_t stride) { return static_cast<T>(s[0] + s[stride]); }

  static void empty(char* state, std::int64_t stride, std::int64_t width) {
    double* s = reinterpret_cast<double*>(state);
    for (std::int64_t i = 0; i < width * kC; ++i) put(s + i, stride * kC, {0, 0, 0});
  }

  /// A shift for elements of which nothing is known: their mean measured from the first, or the first where that
  /// overflows.
  static T firstShift(T first, T sum, std::int64_t n) {
    const T shift = first + sum / static_cast<T>(n);
    return shift - shift == 0 ? shift : first;
  }

  static void columns(char* state, std::int64_t stride, const char* x, std::int64_t rows, std::int64_t rowStride,
                      std::int64_t width, std::int64_t seen) {
    alignas(64) T shift[kWidest * kC];
    alignas(64) T sum[kWidest * kC];
    alignas(64) T squares[kWidest * kC];
    double* s = reinterpret_cast<double*>(state);
    stride *= kC;
    const std::int64_t w = width * kC;
    const std::int64_t pitch = rowStride * kC;
    const T* row = reinterpret_cast<const T*>(x);
    for (std::int64_t done = 0; done < rows;) {
      const std::int64_t n = rows - done < kBlockRows ? rows - done : kBlockRows;
      if (seen == 0) {
        for (std::int64_t j = 0; j < w; ++j) sum[j] = 0;
        for (std::int64_t r = 1; r < n; ++r) {
          const T* __restrict a = row + r * pitch;
          for (std::int64_t j = 0; j < w; ++j) sum[j] += a[j] - row[j];
        }
        for (std::int64_t j = 0; j < w; ++j) shift[j] = firstShift(row[j], sum[j], n);
      } else {
        for (std::int64_t j = 0; j < w; ++j) shift[j] = static_cast<T>(s[j] + s[stride + j]);
      }
      for (std::int64_t j = 0; j < w; ++j) sum[j] = squares[j] = 0;
      std::int64_t r = 0;
      for (; r + 4 <= n; r += 4) {
        const T* __restrict p = row + r * pitch;
        for (std::int64_t j = 0; j < w; ++j) {
          const T a = p[j] - shift[j];
          const T b = p[pitch + j] - shift[j];
          const T c = p[2 * pitch + j] - shift[j];
          const T d = p[3 * pitch + j] - shift[j];
          sum[j] += (a + b) + (c + d);
          squares[j] += (a * a + b * b) + (c * c + d * d);
        }
      }
      for (; r < n; ++r) {
        const T* __restrict p = row + r * pitch;
        for (std::int64_t j = 0; j < w; ++j) {
          const T a = p[j] - shift[j];
          sum[j] += a;
          squares[j] += a * a;
        }
      }
      update(s, stride, shift, sum, squares, w, n, seen);
      seen += n;
      done += n;
      row += n * pitch;
    }
  }

  static void update(double* __restrict s, std::int64_t stride, const T* __restrict shift, const T* __restrict sum,
                     const T* __restrict squares, std::int64_t w, std::int64_t n, std::int64_t seen) {
    const double count = static_cast<double>(n);
    for (std::int64_t j = 0; j < w; ++j) {
      const Moments block = ofBlock(shift[j], sum[j], squares[j], count);
      if (seen == 0) {
        put(s + j, stride, block);
      } else {
        Moments m = get(s + j, stride);
        join(m, static_cast<double>(seen), block, count);
        put(s + j, stride, m);
      }
    }
  }

  static void run(char* state, std::int64_t stride, const char* x, std::int64_t n, std::int64_t seen) {
    constexpr std::int64_t block = std::int64_t{kRunSteps} * 4 * Lanes<T>::kCount;
    const T* from = reinterpret_cast<const T*>(x);
    double* s = reinterpret_cast<double*>(state);
    stride *= kC;
    n *= kC;
    for (std::int64_t at = 0; at < n; at += block) {
      const std::int64_t length = n - at < block ? n - at : block;
      const std::int64_t each = length / kC;
      T shift[kC];
      T sum[kC];
      T squares[kC];
      if (seen == 0) {
        for (int c = 0; c < kC; ++c) shift[c] = from[c];
        deviations(from, length, shift, sum, squares);
        for (int c = 0; c < kC; ++c) shift[c] = firstShift(from[c], sum[c], each);
      } else {
        for (int c = 0; c < kC; ++c) shift[c] = mean(s + c, stride);
      }
      deviations(from + at, length, shift, sum, squares);
      update(s, stride, shift, sum, squares, kC, each, seen);
      seen += each;
    }
  }

  /// Sums of deviations and of their squares: two accumulators of lanes each, folded in a fixed tree.
  static void deviations(const T* x, std::int64_t n, const T* shift, T* sum, T* squares) {
    constexpr int count = Lanes<T>::kCount;
    T pattern[count];
    for (int i = 0; i < count; ++i) pattern[i] = shift[i % kC];
    const Lanes<T> about = Lanes<T>::load(pattern);
    Lanes<T> s0 = Lanes<T>::all(T{0});
    Lanes<T> s1 = s0;
    Lanes<T> q0 = s0;
    Lanes<T> q1 = s0;
    const auto add = [](auto a, auto b) { return a + b; };
    const auto one = [&](Lanes<T> v, Lanes<T>& s, Lanes<T>& q) {
      for (int i = 0; i < Lanes<T>::kParts; ++i) {
        const auto d = v.part[i] - about.part[i];
        s.part[i] = s.part[i] + d;
        q.part[i] = q.part[i] + d * d;
      }
    };
    std::int64_t i = 0;
    for (; i + 2 * count <= n; i += 2 * count) {
      one(Lanes<T>::load(x + i), s0, q0);
      one(Lanes<T>::load(x + i + count), s1, q1);
    }
    for (; i + count <= n; i += count) one(Lanes<T>::load(x + i), s0, q0);
    if (i < n) one(loadSome(x + i, static_cast<int>(n - i), i, about), s1, q1);
    fold<kC>(add, zip(add, s0, s1), sum);
    fold<kC>(add, zip(add, q0, q1), squares);
  }

  static void merge(char* into, std::int64_t intoStride, const char* from, std::int64_t fromStride, std::int64_t width,
                    std::int64_t seenInto, std::int64_t seenFrom) {
    double* to = reinterpret_cast<double*>(into);
    const double* s = reinterpret_cast<const double*>(from);
    for (std::int64_t i = 0; i < width * kC; ++i) {
      Moments m = get(s + i, fromStride * kC);
      if (seenInto != 0) {
        const Moments more = m;
        m = get(to + i, intoStride * kC);
        join(m, static_cast<double>(seenInto), more, static_cast<double>(seenFrom));
      }
      put(to + i, intoStride * kC, m);
    }
  }

  static void finish(char* out, const char* state, std::int64_t stride, std::int64_t width, std::int64_t seen,
                     const char*) {
    T* to = reinterpret_cast<T*>(out);
    const double* squares = reinterpret_cast<const double*>(state) + 2 * stride * kC;
    for (std::int64_t i = 0; i < width; ++i) {
      double total = squares[i * kC];
      if (kC == 2) total += squares[i * kC + 1];
      const double variance = total / static_cast<double>(seen);
      const double value = kRoot ? __builtin_sqrt(variance) : variance;
      to[i] = value == value ? static_cast<T>(value) : static_cast<T>(__builtin_nan(""));
    }
  }

  static const ReduceLoops* give() {
    static constexpr ReduceLoops loops{
        3, static_cast<std::int32_t>(sizeof(double)) * kC, kWidest, false, empty, columns, run, merge, finish, nullptr};
    static_assert(kWidest * 3 * sizeof(double) * kC <= kMaxStateBytes, "states fit the driver's buffers");
    return &loops;
  }
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
