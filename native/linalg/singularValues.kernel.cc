// The singular values of a stack of matrices, with Eigen's reflections.
//
// Launch: views [out, x], x [..., m, n] of any dtype, out [..., min(m, n)] contiguous float64. Values come unordered,
// computed in float64 with an error of some ULP of the largest. A matrix with NaN or infinity has NaN alone.
//
// Eigen's own classes are not used: they allocate, and without exceptions that ends the process when memory is short.
#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include "core/table.h"
#include "linalg/bidiagonal.h"
#include "linalg/operand.h"
#include "linalg/quotients.h"

namespace ndops::baseline {
namespace {

/// Multiplications of a task: some tens of microseconds.
constexpr double kTask = 1 << 16;

/// The real and imaginary parts of a matrix scaled by a power of two to a largest one below 1, so that squares neither
/// overflow nor vanish. Gives the power, or false for NaN and infinity.
bool scale(double* parts, std::int64_t n, int* power) {
  double largest = 0;
  double watch = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    largest = std::max(largest, std::abs(parts[i]));
    watch += parts[i] * 0;
  }
  if (watch != 0) return false;
  *power = 0;
  if (largest == 0) return true;
  std::frexp(largest, power);
  // In two steps: the power itself need not be a number.
  const double half = std::ldexp(1.0, -(*power / 2));
  const double other = std::ldexp(1.0, -(*power - *power / 2));
  for (std::int64_t i = 0; i < n; ++i) parts[i] = parts[i] * half * other;
  return true;
}

template <class S>
bool singularValues(const Work<S>& work, bool alone, double* out, Execution& execution) {
  constexpr std::int64_t parts = sizeof(S) / sizeof(double);
  int power = 0;
  if (!scale(reinterpret_cast<double*>(work.columns), work.m * work.n * parts, &power)) {
    std::fill(out, out + work.n, std::numeric_limits<double>::quiet_NaN());
    return true;
  }
  double* main = work.diagonal;
  double* upper = main + work.n;
  if (!bidiagonalize(work, alone, main, upper, &execution)) return false;
  for (std::int64_t k = 0; k < work.n; ++k) {
    main[k] *= main[k];
    if (k + 1 < work.n) upper[k] *= upper[k];
  }
  if (!Quotients(main, upper, upper + work.n, out, work.n).run([&] { return execution.cancelled(); })) {
    std::fill(out, out + work.n, std::numeric_limits<double>::quiet_NaN());
    return !execution.cancelled();
  }
  for (std::int64_t k = 0; k < work.n; ++k) out[k] = std::ldexp(std::sqrt(out[k]), power);
  return true;
}

template <class S>
Status each(const Launch& launch) {
  const View& out = launch.views[0];
  const View& x = launch.views[1];
  Execution& execution = *launch.execution;
  const int rank = x.rank;
  const DType dtype = sizeof(S) == 16 ? DType::Complex128 : DType::Float64;
  // The transpose has the same values: the longer side goes down.
  const bool turned = x.shape[rank - 2] < x.shape[rank - 1];
  const int down = turned ? rank - 1 : rank - 2;
  const int across = turned ? rank - 2 : rank - 1;
  const std::int64_t m = x.shape[down];
  const std::int64_t n = x.shape[across];
  const std::int64_t bytes = Work<S>::bytes(m, n);
  if (bytes < 0) return execution.fail(Status::OutOfMemory);
  const std::int64_t count = out.size() / n;
  const double cost = 4.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(n) + 256;
  const std::int64_t group = std::max<std::int64_t>(1, static_cast<std::int64_t>(kTask / cost));
  return parallel(execution, (count + group - 1) / group, [&](std::int64_t task) {
    const Scratch memory(static_cast<std::size_t>(bytes));
    if (!memory) {
      execution.fail(Status::OutOfMemory);
      return;
    }
    const Work<S> work(memory.as(), m, n);
    for (std::int64_t item = task * group; item < std::min(count, (task + 1) * group); ++item) {
      std::int64_t offset = 0;
      std::int64_t rest = item;
      for (int axis = rank - 3; axis >= 0; rest /= x.shape[axis--]) offset += rest % x.shape[axis] * x.strides[axis];
      for (std::int64_t j = 0; j < n; ++j)
        gather(reinterpret_cast<char*>(work.columns + j * m), dtype,
               x.data + (offset + j * x.strides[across]) * itemSize(x.dtype), x.dtype, x.strides[down], m);
      if (!singularValues(work, count == 1, reinterpret_cast<double*>(out.data) + item * n, execution)) return;
    }
  });
}

Status singularValuesDriver(const Kernel&, const Launch& launch) noexcept {
  if (launch.views[0].size() == 0) return Status::Ok;
  return isComplex(launch.views[1].dtype) ? each<std::complex<double>>(launch) : each<double>(launch);
}

const Row kRows[] = {{"singularValues", singularValuesDriver, DType::Float64, DType::Float64, nullptr}};

}  // namespace
}  // namespace ndops::baseline

NDOPS_OFFER(kRows)
