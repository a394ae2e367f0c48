// Steps and ops of max and min, which argmax and argmin are made of too. NaN wins over every number, -0 equals 0,
// complex numbers are ordered by real part, then imaginary part.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "reductions/fold.h"
#include "simd/lanes.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// The one NaN that results carry: sign and payload of an operation's NaN depend on the machine.
template <class T>
inline T canonical(T x) {
  if constexpr (std::is_floating_point_v<T>) return x == x ? x : std::numeric_limits<T>::quiet_NaN();
  return x;
}

// NaN is taken and kept: max and min propagate it.
struct Greatest {
  template <class X>
  X operator()(X a, X x) const {
    if constexpr (std::is_integral_v<X>) return x > a ? x : a;
    return (x > a) | (x != x) ? x : a;
  }
};
struct Least {
  template <class X>
  X operator()(X a, X x) const {
    if constexpr (std::is_integral_v<X>) return x < a ? x : a;
    return (x < a) | (x != x) ? x : a;
  }
};
template <bool kGreatest>
struct ComplexExtreme {
  template <class T>
  Complex<T> operator()(Complex<T> a, Complex<T> x) const {
    if (a.re != a.re || a.im != a.im) return a;
    const bool further =
        kGreatest ? x.re > a.re || (x.re == a.re && x.im > a.im) : x.re < a.re || (x.re == a.re && x.im < a.im);
    return further || x.re != x.re || x.im != x.im ? x : a;
  }
};

template <class T, bool kGreatest>
struct Extreme {
  using Item = T;
  using Out = T;
  using Step = std::conditional_t<kGreatest, Greatest, Least>;
  using State = Plain<T, Step>;
  static constexpr int kComponents = 1;
  static constexpr T padding() {
    using Limits = std::numeric_limits<T>;
    if constexpr (std::is_floating_point_v<T>) return kGreatest ? -Limits::infinity() : Limits::infinity();
    return kGreatest ? Limits::min() : Limits::max();
  }
  static constexpr T ofNothing(int) { return padding(); }
  static T result(T x, std::int64_t) { return canonical(x); }

  static constexpr int kRunSteps = kExactSteps;
  template <int keep>
  static void leafOf(const T* x, std::int64_t n, T* leaf) {
    if constexpr (std::is_floating_point_v<T>) {
      extremeOf(x, n, leaf);
    } else {
      foldRun<Extreme, keep>(x, n, leaf);
    }
  }

  /// The extreme of what is not NaN and, apart, whether there was a NaN: half the work of carrying NaN along.
  static void extremeOf(const T* x, std::int64_t n, T* leaf) {
    constexpr int count = Lanes<T>::kCount;
    constexpr int steps = 4 * count;
    const auto further = [](auto a, auto b) {
      if constexpr (kGreatest) return greater(a, b);
      return lesser(a, b);
    };
    const Lanes<T> nothing = Lanes<T>::all(padding());
    Lanes<T> a = nothing;
    Lanes<T> b = nothing;
    Lanes<T> c = nothing;
    Lanes<T> d = nothing;
    NanWatch<T> nan;
    const auto see = [&nan](const Lanes<T>& p, const Lanes<T>& q) {
      for (int i = 0; i < Lanes<T>::kParts; ++i) nan.see(p.part[i], q.part[i]);
    };
    std::int64_t i = 0;
    for (; i + steps <= n; i += steps) {
      const Lanes<T> p = Lanes<T>::load(x + i);
      const Lanes<T> q = Lanes<T>::load(x + i + count);
      const Lanes<T> r = Lanes<T>::load(x + i + 2 * count);
      const Lanes<T> s = Lanes<T>::load(x + i + 3 * count);
      a = zip(further, p, a);
      b = zip(further, q, b);
      c = zip(further, r, c);
      d = zip(further, s, d);
      see(p, q);
      see(r, s);
    }
    for (; i < n; i += count) {
      const Lanes<T> p = i + count <= n ? Lanes<T>::load(x + i) : loadSome(x + i, static_cast<int>(n - i), i, nothing);
      a = zip(further, p, a);
      see(p, p);
    }
    if (nan.any()) {
      *leaf = std::numeric_limits<T>::quiet_NaN();
    } else {
      fold<1>(Step{}, zip(further, zip(further, a, b), zip(further, c, d)), leaf);
    }
  }
};

template <class T, bool kGreatest>
struct ComplexExtremum {
  using Item = Complex<T>;
  using Out = Complex<T>;
  using Step = ComplexExtreme<kGreatest>;
  using State = Plain<Item, Step>;
  static constexpr int kComponents = 1;
  static Item ofNothing(int) {
    const T x = kGreatest ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
    return {x, x};
  }
  static Out result(Item x, std::int64_t) { return {canonical(x.re), canonical(x.im)}; }
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
