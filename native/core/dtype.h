// The 15 element types. Codes are shared with lib/core/dtype.ts; test/core/dtype.test.ts compares the two.
//
// This header is also compiled once per CPU level, so it holds types, constants and internal-linkage functions only.
#pragma once

#include <cstdint>

namespace ndops {

enum class DType : std::uint8_t {
  Bool,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Int8,
  Int16,
  Int32,
  Int64,
  Float16,
  Bfloat16,
  Float32,
  Float64,
  Complex64,
  Complex128,
};

constexpr int kDTypes = 15;

/// Storage of a float16 or bfloat16 element; arithmetic happens in float32.
struct Float16 {
  std::uint16_t bits;
};
struct Bfloat16 {
  std::uint16_t bits;
};

/// A stored bool is one byte, 0 or 1.
struct Bool {
  std::uint8_t value;
};

template <class T>
struct Complex {
  T re;
  T im;
};
using Complex64 = Complex<float>;
using Complex128 = Complex<double>;

constexpr int kItemSize[kDTypes] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16};

static constexpr int itemSize(DType dtype) { return kItemSize[static_cast<int>(dtype)]; }
static constexpr bool isComplex(DType dtype) { return dtype >= DType::Complex64; }
static constexpr bool isFloating(DType dtype) { return dtype >= DType::Float16 && dtype <= DType::Float64; }
static constexpr bool isUnsigned(DType dtype) { return dtype >= DType::Uint8 && dtype <= DType::Uint64; }
static constexpr bool isSigned(DType dtype) { return dtype >= DType::Int8 && dtype <= DType::Int64; }
static constexpr bool isInteger(DType dtype) { return dtype >= DType::Uint8 && dtype <= DType::Int64; }

/// The C++ type that stores a dtype, and back.
template <DType D>
struct StorageOf;
template <class T>
struct DTypeOf;

#define NDOPS_DTYPE_MAP(D, T)                \
  template <>                                \
  struct StorageOf<DType::D> {               \
    using type = T;                          \
  };                                         \
  template <>                                \
  struct DTypeOf<T> {                        \
    static constexpr DType value = DType::D; \
  };
NDOPS_DTYPE_MAP(Bool, Bool)
NDOPS_DTYPE_MAP(Uint8, std::uint8_t)
NDOPS_DTYPE_MAP(Uint16, std::uint16_t)
NDOPS_DTYPE_MAP(Uint32, std::uint32_t)
NDOPS_DTYPE_MAP(Uint64, std::uint64_t)
NDOPS_DTYPE_MAP(Int8, std::int8_t)
NDOPS_DTYPE_MAP(Int16, std::int16_t)
NDOPS_DTYPE_MAP(Int32, std::int32_t)
NDOPS_DTYPE_MAP(Int64, std::int64_t)
NDOPS_DTYPE_MAP(Float16, Float16)
NDOPS_DTYPE_MAP(Bfloat16, Bfloat16)
NDOPS_DTYPE_MAP(Float32, float)
NDOPS_DTYPE_MAP(Float64, double)
NDOPS_DTYPE_MAP(Complex64, Complex64)
NDOPS_DTYPE_MAP(Complex128, Complex128)
#undef NDOPS_DTYPE_MAP

template <class T>
constexpr DType kDTypeOf = DTypeOf<T>::value;

}  // namespace ndops
