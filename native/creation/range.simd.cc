// Inner loops of arange and linspace: each element from its own position, so that no error adds up.
#include "creation/range.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "core/table.h"
#include "simd/half.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class T>
void range(char* out, const char* first, const char* second, std::int64_t begin, std::int64_t n) {
  // Integers of the same width without a sign wrap as they should.
  using W =
      std::conditional_t<std::is_integral_v<T>, std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>, T>;
  T* to = reinterpret_cast<T*>(out);
  const W start = static_cast<W>(*reinterpret_cast<const T*>(first));
  const W step = static_cast<W>(*reinterpret_cast<const T*>(second)) - start;
  for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(start + static_cast<W>(begin + i) * step);
}

inline Float16 narrowTo(float x, Float16) { return narrowFloat16(x); }
inline Bfloat16 narrowTo(float x, Bfloat16) { return narrowBfloat16(x); }

template <class T>
void rangeHalf(char* out, const char* first, const char* second, std::int64_t begin, std::int64_t n) {
  T* to = reinterpret_cast<T*>(out);
  const float start = widen(*reinterpret_cast<const T*>(first));
  const float step = widen(*reinterpret_cast<const T*>(second)) - start;
  for (std::int64_t i = 0; i < n; ++i) to[i] = narrowTo(start + static_cast<float>(begin + i) * step, T{});
}

/// One part of a number at a time: products of complex numbers with a real one are so rounded as NumPy rounds them.
template <class T>
inline T sampleOf(T position, T by, T start) {
  return position * by + start;
}
template <class T>
inline Complex<T> sampleOf(T position, Complex<T> by, Complex<T> start) {
  // As the product of two complex numbers, the position's imaginary part being 0.
  const T zero = 0;
  const T re = position * by.re - zero * by.im;
  const T im = position * by.im + zero * by.re;
  return {re + start.re, im + start.im};
}

template <class T>
struct RealOf {
  using type = T;
};
template <class T>
struct RealOf<Complex<T>> {
  using type = T;
};

template <class T>
inline T difference(T stop, T start) {
  return stop - start;
}
template <class T>
inline Complex<T> difference(Complex<T> stop, Complex<T> start) {
  return {stop.re - start.re, stop.im - start.im};
}
template <class T>
inline T dividedBy(T x, T div) {
  return x / div;
}
/// NumPy multiplies by the reciprocal.
template <class T>
inline Complex<T> dividedBy(Complex<T> x, T div) {
  const T scale = 1 / div;
  return {x.re * scale, x.im * scale};
}
/// i / div, with which the delta is multiplied.
template <class T>
inline T fraction(T position, T div, T) {
  return position / div;
}
template <class T>
inline T fraction(T position, T div, Complex<T>) {
  return position * (1 / div);
}
template <class T>
inline bool isZero(T x) {
  return x == 0;
}
template <class T>
inline bool isZero(Complex<T> x) {
  return x.re == 0 && x.im == 0;
}

template <class T>
bool steps(char* delta, char* step, const char* start, const char* stop, std::int64_t m, std::int64_t div) {
  using R = typename RealOf<T>::type;
  const R by = div > 0 ? static_cast<R>(div) : std::numeric_limits<R>::quiet_NaN();
  const T* from = reinterpret_cast<const T*>(start);
  const T* to = reinterpret_cast<const T*>(stop);
  bool vanishes = false;
  for (std::int64_t j = 0; j < m; ++j) {
    const T distance = difference(to[j], from[j]);
    const T each = dividedBy(distance, by);
    vanishes = vanishes || isZero(each);
    reinterpret_cast<T*>(delta)[j] = distance;
    reinterpret_cast<T*>(step)[j] = each;
  }
  return vanishes;
}

template <class T, bool Fractions>
void spaced(T* to, const T* start, const T* by, std::int64_t m, std::int64_t div, std::int64_t begin, std::int64_t n) {
  using R = typename RealOf<T>::type;
  const auto at = [&](std::int64_t i) {
    const R position = static_cast<R>(i);
    return Fractions ? fraction(position, static_cast<R>(div), T{}) : position;
  };
  if (m == 1) {
    const T first = *start;
    const T step = *by;
    for (std::int64_t k = 0; k < n; ++k) to[k] = sampleOf(at(begin + k), step, first);
    return;
  }
  std::int64_t j = begin % m;
  for (std::int64_t i = begin / m; n > 0; ++i) {
    const R position = at(i);
    const std::int64_t width = m - j < n ? m - j : n;
    for (std::int64_t k = 0; k < width; ++k) to[k] = sampleOf(position, by[j + k], start[j + k]);
    to += width;
    n -= width;
    j = 0;
  }
}

template <class T>
void samples(char* out, const char* start, const char* delta, const char* step, std::int64_t m, std::int64_t div,
             int way, std::int64_t begin, std::int64_t n) {
  T* to = reinterpret_cast<T*>(out);
  const T* from = reinterpret_cast<const T*>(start);
  const T* by = reinterpret_cast<const T*>(way == kBySteps ? step : delta);
  if (way == kByFractions)
    spaced<T, true>(to, from, by, m, div, begin, n);
  else
    spaced<T, false>(to, from, by, m, div, begin, n);
}

template <class T>
void floors(char* x, std::int64_t n) {
  T* values = reinterpret_cast<T*>(x);
  for (std::int64_t i = 0; i < n; ++i) values[i] = std::floor(values[i]);
}

template <class T>
const SpacedLoops* spacedLoops() {
  if constexpr (std::is_floating_point_v<T>) {
    static constexpr SpacedLoops table{steps<T>, samples<T>, floors<T>};
    return &table;
  } else {
    static constexpr SpacedLoops table{steps<T>, samples<T>, nullptr};
    return &table;
  }
}

#define SPACED_ROW(D, T) \
  { "linspace", linspace, DType::D, DType::D, reinterpret_cast<Inner>(spacedLoops<T>) }

#define RANGE_ROW(D, ...) \
  { "arange", arange, DType::D, DType::D, reinterpret_cast<Inner>(__VA_ARGS__) }

const Row kRows[] = {
    RANGE_ROW(Uint8, range<std::uint8_t>),
    RANGE_ROW(Uint16, range<std::uint16_t>),
    RANGE_ROW(Uint32, range<std::uint32_t>),
    RANGE_ROW(Uint64, range<std::uint64_t>),
    RANGE_ROW(Int8, range<std::int8_t>),
    RANGE_ROW(Int16, range<std::int16_t>),
    RANGE_ROW(Int32, range<std::int32_t>),
    RANGE_ROW(Int64, range<std::int64_t>),
    RANGE_ROW(Float16, rangeHalf<Float16>),
    RANGE_ROW(Bfloat16, rangeHalf<Bfloat16>),
    RANGE_ROW(Float32, range<float>),
    RANGE_ROW(Float64, range<double>),
    SPACED_ROW(Float32, float),
    SPACED_ROW(Float64, double),
    SPACED_ROW(Complex64, Complex64),
    SPACED_ROW(Complex128, Complex128),
};
#undef RANGE_ROW
#undef SPACED_ROW

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
