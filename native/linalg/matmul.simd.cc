#include "linalg/matmul.h"

#include "core/table.h"
#include "linalg/integerLoops.h"
#include "linalg/smallLoops.h"
#include "linalg/vectorLoops.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class T>
constexpr ProductLoops floating() {
  ProductLoops loops{small<T>, dots<T>, combine<T>, nullptr, add<T>, nullptr, nullptr, 0, 0};
  if constexpr (!kIsComplex<T>) loops.columns = columns<T>;
  return loops;
}
template <class T>
constexpr ProductLoops exact() {
  return {small<T>,   dots<T>,         combine<T>,
          columns<T>, add<T>,          packColumns<T>,
          tiles<T>,   kTileColumns<T>, static_cast<std::int64_t>(sizeof(PackedOf<T>))};
}

template <class T>
const ProductLoops& loopsOf() {
  if constexpr (std::is_floating_point_v<T> || kIsComplex<T>) {
    static constexpr ProductLoops loops = floating<T>();
    return loops;
  } else {
    static constexpr ProductLoops loops = exact<T>();
    return loops;
  }
}

#define ROW(D, T) \
  { "matmul", matmul, DType::D, DType::D, reinterpret_cast<Inner>(loopsOf<T>) }

const Row kRows[] = {
    ROW(Bool, Bool),
    ROW(Uint8, std::uint8_t),
    ROW(Uint16, std::uint16_t),
    ROW(Uint32, std::uint32_t),
    ROW(Uint64, std::uint64_t),
    ROW(Int8, std::uint8_t),
    ROW(Int16, std::uint16_t),
    ROW(Int32, std::uint32_t),
    ROW(Int64, std::uint64_t),
    ROW(Float32, float),
    ROW(Float64, double),
    ROW(Complex64, Complex64),
    ROW(Complex128, Complex128),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
