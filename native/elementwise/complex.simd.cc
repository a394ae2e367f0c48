// Rows of conjugate: a real number's is itself, so there are complex ones alone.
#include "core/table.h"
#include "elementwise/arithmetic.h"
#include "elementwise/loops.h"

namespace ndops::NDOPS_LEVEL {
namespace {

struct Conjugate {
  template <class T>
  static Complex<T> of(Complex<T> x) {
    return {x.re, -x.im};
  }
};

const Row kRows[] = {
    NDOPS_UNARY("conjugate", Conjugate, Complex64, Complex64),
    NDOPS_UNARY("conjugate", Conjugate, Complex128, Complex128),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
