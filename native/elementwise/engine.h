// The strided elementwise engine: one contiguous output from one to three operands that broadcast against it.
//
// The engine owns layout, dtype conversion, blocking and threads. An op is an inner loop over a strip (below) and a row
// that names one of the drivers. This header is also compiled once per CPU level: types and declarations only.
#pragma once

#include <cstdint>

#include "core/kernel.h"

namespace ndops {

/// What one call of an inner loop computes: out[i] = f(in[0][i], in[1][i], ...) for i in [0, n), n >= 1.
///
/// Each operand is contiguous, of the row's `in` dtype (where's condition: bool), unless its bit in `scalars` is set:
/// then it is the one element in[k][0] for every i. At least one operand is contiguous, so a unary loop never looks at
/// `scalars` and a binary one meets the values 0, 1 (in[0] is a scalar) and 2 (in[1] is). `out` is contiguous, of the
/// row's `out` dtype, and overlaps nothing. Addresses are multiples of the component size and no more. Which strips a
/// launch is cut into depends on layout, size and thread count, so a result may depend on its operands' values alone:
/// never on i, n or alignment (tails must give the bits that full vectors give).
///
/// Rows of float16 and bfloat16 compute in float32 (but where's, which computes nothing): contiguous operands are
/// stored halves, a scalar is a float32. The engine takes such a row, if there is one, in the place of the float32 one.
struct Strip {
  char* out;
  const char* in[3];
  std::int64_t n;
  std::uint32_t scalars;
  const double* numbers;  // the launch's numbers after the first: a parameter of the op (round's decimals)
};

/// Writes the strip and returns Ok, or says what is wrong with a value (NegativePower); then the launch fails.
using Loop = Status (*)(const Strip& strip) noexcept;

/// Drivers for Row::driver. Launch: views = output, operands; numbers[0] = code of the computing dtype, that is the
/// row. Operands of other dtypes are converted to it block by block; a view of the output with another dtype than the
/// row's `out` (float16 and bfloat16 results of float32 rows) is converted to likewise.
Status unaryDriver(const Kernel& kernel, const Launch& launch) noexcept;
Status binaryDriver(const Kernel& kernel, const Launch& launch) noexcept;
Status ternaryDriver(const Kernel& kernel, const Launch& launch) noexcept;
/// First operand bool, the other two of the computing dtype.
Status whereDriver(const Kernel& kernel, const Launch& launch) noexcept;
/// The same for loops that take some nanoseconds an element (exp, power, complex division): threads join from far fewer
/// elements on.
Status unaryMathDriver(const Kernel& kernel, const Launch& launch) noexcept;
Status binaryMathDriver(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
