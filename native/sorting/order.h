// The stable order of one row: keys and indices packed into one integer each, sorted as such.
#pragma once

#include <cstdint>

#include "core/execution.h"
#include "sorting/sort.h"

namespace ndops {

/// Memory that orderRow needs for n elements.
constexpr std::size_t orderBytes(std::int64_t n) { return static_cast<std::size_t>(n) * 16 + 64; }

/// Where indices go, as Int32 or Int64.
struct Indices {
  DType dtype;
  char* data;
};

/// The stable order of n raw keys, ties (KeyForm) in index order; by all threads where `alone`. `work` has
/// orderBytes(n). K is std::int32_t or std::int64_t.
template <class K>
Status orderRow(Execution& execution, const SortLoops& loops, const K* from, std::int64_t n, const KeyForm& form,
                const Indices& to, char* work, bool alone) noexcept;

/// The stable order of n complex numbers as NumPy's: by real, then imaginary part; those with a NaN after the others,
/// the ones with a NaN imaginary part only first. T is float or double.
template <class T>
Status orderComplex(Execution& execution, const SortLoops& loops, const Complex<T>* from, std::int64_t n,
                    std::int64_t* to, bool alone) noexcept;

}  // namespace ndops
