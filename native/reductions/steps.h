// The binary steps of sums and products, written once for scalars and vectors.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/dtype.h"

namespace ndops::NDOPS_LEVEL {
namespace {

struct Add {
  template <class X>
  X operator()(X a, X b) const {
    return static_cast<X>(a + b);
  }
};

struct Multiply {
  template <class X>
  X operator()(X a, X b) const {
    // Types narrower than int would be multiplied as signed ints, which must not overflow.
    if constexpr (std::is_integral_v<X> && sizeof(X) < 4)
      return static_cast<X>(std::uint32_t{a} * b);
    else
      return a * b;
  }
  template <class T>
  Complex<T> operator()(Complex<T> a, Complex<T> b) const {
    return {rounded(a.re * b.re) - rounded(a.im * b.im), rounded(a.re * b.im) + rounded(a.im * b.re)};
  }
  // GCC 12 makes the pair one vfmaddsub whatever -ffp-contract says, and the bits would differ by level.
  template <class T>
  static T rounded(T x) {
#if defined(__x86_64__)
    __asm__("" : "+x"(x));
#elif defined(__aarch64__)
    __asm__("" : "+w"(x));
#endif
    return x;
  }
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
