#include "linalg/cross.h"

#include <type_traits>

#include "core/table.h"

namespace ndops::NDOPS_LEVEL {
namespace {

// Unsigned types stand for the signed ones too: both wrap. Narrow ones would be promoted to int, whose products
// overflow.
template <class T>
using Wrapping = std::conditional_t<std::is_integral_v<T> && sizeof(T) < sizeof(unsigned), unsigned, T>;

template <class T>
void realComponent(T* out, const T* a, const T* b, const T* c, const T* d, std::int64_t n) {
  using W = Wrapping<T>;
  if (c == nullptr)
    for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(W{a[i]} * W{b[i]});
  else if (a == nullptr)
    for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(-(W{c[i]} * W{d[i]}));
  else
    for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(W{a[i]} * W{b[i]} - W{c[i]} * W{d[i]});
}

/// Real and imaginary parts in loops of their own: together, g++ would fuse multiplications and additions in spite of
/// -ffp-contract=off, and the cross product of a vector with itself would not be 0.
template <class T>
void complexComponent(Complex<T>* out, const Complex<T>* a, const Complex<T>* b, const Complex<T>* c,
                      const Complex<T>* d, std::int64_t n) {
  const auto re = [](Complex<T> x, Complex<T> y) { return x.re * y.re - x.im * y.im; };
  const auto im = [](Complex<T> x, Complex<T> y) { return x.re * y.im + y.re * x.im; };
  if (c == nullptr) {
    for (std::int64_t i = 0; i < n; ++i) out[i].re = re(a[i], b[i]);
    for (std::int64_t i = 0; i < n; ++i) out[i].im = im(a[i], b[i]);
  } else if (a == nullptr) {
    for (std::int64_t i = 0; i < n; ++i) out[i].re = -re(c[i], d[i]);
    for (std::int64_t i = 0; i < n; ++i) out[i].im = -im(c[i], d[i]);
  } else {
    for (std::int64_t i = 0; i < n; ++i) out[i].re = re(a[i], b[i]) - re(c[i], d[i]);
    for (std::int64_t i = 0; i < n; ++i) out[i].im = im(a[i], b[i]) - im(c[i], d[i]);
  }
}

template <class T>
void component(char* out, const char* a, const char* b, const char* c, const char* d, std::int64_t n) {
  const auto at = [](const char* p) { return reinterpret_cast<const T*>(p); };
  if constexpr (std::is_arithmetic_v<T>)
    realComponent(reinterpret_cast<T*>(out), at(a), at(b), at(c), at(d), n);
  else
    complexComponent(reinterpret_cast<T*>(out), at(a), at(b), at(c), at(d), n);
}

#define ROW(D, T) \
  { "cross", cross, DType::D, DType::D, reinterpret_cast<Inner>(component<T>) }

const Row kRows[] = {
    ROW(Uint8, std::uint8_t), ROW(Uint16, std::uint16_t), ROW(Uint32, std::uint32_t), ROW(Uint64, std::uint64_t),
    ROW(Int8, std::uint8_t),  ROW(Int16, std::uint16_t),  ROW(Int32, std::uint32_t),  ROW(Int64, std::uint64_t),
    ROW(Float32, float),      ROW(Float64, double),       ROW(Complex64, Complex64),  ROW(Complex128, Complex128),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
