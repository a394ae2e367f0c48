// A matrix taken to two diagonals by reflections from both sides: one after the other for a small one, in panels for a
// large one, whose reflections wait until a product of matrices brings all of a panel's to the rest at once.
//
// Internal linkage: for singularValues.kernel.cc.
#pragma once

#include <Eigen/Core>
#include <Eigen/Householder>
#include <algorithm>
#include <complex>
#include <cstring>

#include "core/parallel.h"
#include "core/registry.h"
#include "linalg/blas.h"
#include "linalg/product.h"

namespace ndops::baseline {
namespace {

/// Reflections from each side in a panel, and the columns from which panels pay.
constexpr std::int64_t kPanel = 32;
constexpr std::int64_t kBlocked = 96;
/// Elements of the matrix that a task reads, and of a panel, which is small and so rarely worth tasks.
constexpr std::int64_t kShare = 1 << 15;
constexpr std::int64_t kPanelShare = 1 << 18;
/// Columns and rows that a product of matrices changes at a time.
constexpr std::int64_t kProductColumns = 64;
constexpr std::int64_t kProductRows = 4096;

template <class S>
using Vector = Eigen::Map<Eigen::Matrix<S, Eigen::Dynamic, 1>>;

/// One matrix, and room for what becomes of it; columns lie one behind the other, m >= n.
template <class S>
struct Work {
  std::int64_t m;
  std::int64_t n;
  S* columns;        // m * n
  S* row;            // n
  S* sum;            // m
  S* down;           // 2 kPanel * m, where there are panels
  S* across;         // 2 kPanel * n, as `down`
  double* diagonal;  // 4 n: both diagonals, and room for the last step

  static bool blocked(std::int64_t m, std::int64_t n) { return n >= kBlocked && m <= blasLimit(); }
  static std::int64_t bytes(std::int64_t m, std::int64_t n) {
    std::int64_t elements = 0;
    std::int64_t total = 0;
    const std::int64_t sides = blocked(m, n) ? 2 * kPanel + 1 : 1;
    if (__builtin_mul_overflow(m, n, &elements) || __builtin_add_overflow(elements, sides * (m + n), &elements) ||
        __builtin_mul_overflow(elements, static_cast<std::int64_t>(sizeof(S)), &total) ||
        __builtin_add_overflow(total, 4 * n * static_cast<std::int64_t>(sizeof(double)), &total))
      return -1;
    return total;
  }
  Work(char* memory, std::int64_t rows, std::int64_t columnCount) : m(rows), n(columnCount) {
    columns = reinterpret_cast<S*>(memory);
    row = columns + m * n;
    sum = row + n;
    down = sum + m;
    across = blocked(m, n) ? down + 2 * kPanel * m : down;
    diagonal = reinterpret_cast<double*>(blocked(m, n) ? across + 2 * kPanel * n : down);
  }
  Vector<S> column(std::int64_t j, std::int64_t from) const { return {columns + j * m + from, m - from}; }
};

/// Takes columns and rows from `first` on to two diagonals by reflections from both sides, one after the other; false
/// once cancelled.
template <class S>
bool reflect(const Work<S>& work, std::int64_t first, double* main, double* upper, const Execution& execution) {
  for (std::int64_t k = first; k < work.n; ++k) {
    if (execution.cancelled()) return false;
    S tau;
    Vector<S> v = work.column(k, k);
    v.makeHouseholderInPlace(tau, main[k]);
    v[0] = 1;
    if (tau != S(0))
      for (std::int64_t j = k + 1; j < work.n; ++j) {
        Vector<S> to = work.column(j, k);
        const S scale = tau * v.dot(to);
        to -= scale * v;
      }
    const std::int64_t rest = work.n - k - 1;
    if (rest == 0) break;
    Vector<S> u(work.row, rest);
    for (std::int64_t j = 0; j < rest; ++j) u[j] = Eigen::numext::conj(work.columns[(k + 1 + j) * work.m + k]);
    u.makeHouseholderInPlace(tau, upper[k]);
    u[0] = 1;
    if (tau == S(0) || k + 1 == work.m) continue;
    Vector<S> sum(work.sum, work.m - k - 1);
    sum.setZero();
    for (std::int64_t j = 0; j < rest; ++j) sum += u[j] * work.column(k + 1 + j, k + 1);
    for (std::int64_t j = 0; j < rest; ++j) {
      Vector<S> to = work.column(k + 1 + j, k + 1);
      const S scale = Eigen::numext::conj(tau * u[j]);
      to -= scale * sum;
    }
  }
  return true;
}

/// Panels of reflections. With l of them done from each side, the matrix is what stands in `columns` less the products
/// of 2 l columns (`down`) and rows (`across`): a reflection from the left and what it takes from each column, one from
/// the right and what it takes from each row, in turn.
template <class S>
class Panels {
 public:
  Panels(const Work<S>& work, bool alone, Execution* execution)
      : work_(work),
        loops_(reinterpret_cast<LoopsOf>(findInner("matmul", kDType))()),
        alone_(alone),
        execution_(execution) {}

  /// Leaves `*first` at the first column that is not done. False once cancelled or failed.
  bool run(std::int64_t* first, double* main, double* upper) {
    std::int64_t k = 0;
    for (; work_.n - k >= kBlocked; k += kPanel) {
      for (std::int64_t l = 0; l < kPanel; ++l)
        if (!left(k + l, l, &main[k + l]) || !right(k + l, l, &upper[k + l])) return false;
      if (!rest(k + kPanel)) return false;
    }
    *first = k;
    return true;
  }

 private:
  static constexpr DType kDType = sizeof(S) == 16 ? DType::Complex128 : DType::Float64;

  template <class Body>
  bool each(std::int64_t tasks, const Body& body) {
    if (alone_) return parallel(*execution_, tasks, body) == Status::Ok;
    for (std::int64_t task = 0; task < tasks; ++task) {
      if (execution_->cancelled()) return false;
      body(task);
    }
    return execution_->failure() == Status::Ok;
  }

  /// out[i] = the sum of line i, or its conjugate, times a vector, over `length` elements; lines `leading` apart.
  void dots(S* out, const S* lines, const S* vector, std::int64_t count, std::int64_t length, std::int64_t leading,
            bool conjugate) const {
    S part[2 * kPanel];
    for (std::int64_t i = 0; i < count; i += 2 * kPanel) {
      const std::int64_t some = std::min(2 * kPanel, count - i);
      for (std::int64_t p = 0; p < length; p += kSumRun) {
        char* to = reinterpret_cast<char*>(p == 0 ? out + i : part);
        loops_.dots(to, reinterpret_cast<const char*>(lines + i * leading + p),
                    reinterpret_cast<const char*>(vector + p), some, std::min(kSumRun, length - p), leading, conjugate);
        if (p > 0) loops_.add(reinterpret_cast<char*>(out + i), reinterpret_cast<const char*>(part), some);
      }
    }
  }

  /// out[j] = the sum of vector[p] times element j of line p over `count` lines.
  void combine(S* out, const S* lines, const S* vector, std::int64_t count, std::int64_t length,
               std::int64_t leading) const {
    constexpr std::int64_t kPart = 512;
    S part[kPart];
    for (std::int64_t j = 0; j < length; j += kPart) {
      const std::int64_t some = std::min(kPart, length - j);
      for (std::int64_t p = 0; p < count; p += kSumRun) {
        char* to = reinterpret_cast<char*>(p == 0 ? out + j : part);
        loops_.combine(to, reinterpret_cast<const char*>(lines + p * leading + j),
                       reinterpret_cast<const char*>(vector + p), some, std::min(kSumRun, count - p), leading);
        if (p > 0) loops_.add(reinterpret_cast<char*>(out + j), reinterpret_cast<const char*>(part), some);
      }
    }
  }

  /// to[j] -= the sum of vector[p] times element j of line p.
  void takeAway(S* to, const S* lines, const S* vector, std::int64_t count, std::int64_t length, std::int64_t leading) {
    constexpr std::int64_t kPart = 512;
    S part[kPart];
    if (count == 0) return;
    for (std::int64_t j = 0; j < length; j += kPart) {
      const std::int64_t some = std::min(kPart, length - j);
      combine(part, lines + j, vector, count, some, leading);
      Vector<S>(to + j, some) -= Vector<S>(part, some);
    }
  }

  /// The l-th reflection of a panel from the left: column k below the diagonal becomes 0.
  bool left(std::int64_t k, std::int64_t l, double* value) {
    const std::int64_t m = work_.m;
    const std::int64_t n = work_.n;
    const std::int64_t lines = 2 * l;
    S factors[2 * kPanel];
    for (std::int64_t t = 0; t < lines; ++t) factors[t] = work_.across[t * n + k];
    S* column = work_.columns + k * m + k;
    const std::int64_t height = kPanelShare / (2 * kPanel);
    const bool done = each((m - k + height - 1) / height, [&](std::int64_t task) {
      const std::int64_t i = task * height;
      takeAway(column + i, work_.down + k + i, factors, lines, std::min(height, m - k - i), m);
    });
    if (!done) return false;
    S tau;
    Vector<S> v(column, m - k);
    v.makeHouseholderInPlace(tau, *value);
    v[0] = 1;
    std::memcpy(static_cast<void*>(work_.down + lines * m + k), column, static_cast<std::size_t>(m - k) * sizeof(S));

    const std::int64_t rest = n - k - 1;
    S* taken = work_.across + lines * n + k + 1;
    const std::int64_t group = std::max<std::int64_t>(4, kPanelShare / (m - k));
    const bool known = each((lines + group - 1) / group, [&](std::int64_t task) {
      const std::int64_t t = task * group;
      dots(factors + t, work_.down + t * m + k, column, std::min(group, lines - t), m - k, m, true);
    });
    if (!known) return false;
    for (std::int64_t t = 0; t < lines; ++t) factors[t] = Eigen::numext::conj(factors[t]);
    const std::int64_t width = std::max<std::int64_t>(4, kShare / (m - k));
    return each((rest + width - 1) / width, [&](std::int64_t task) {
      const std::int64_t j = task * width;
      const std::int64_t some = std::min(width, rest - j);
      dots(taken + j, column + (j + 1) * m, column, some, m - k, m, true);
      Vector<S> own(taken + j, some);
      for (std::int64_t i = 0; i < some; ++i) own[i] = Eigen::numext::conj(own[i]);
      takeAway(taken + j, work_.across + k + 1 + j, factors, lines, some, n);
      own *= tau;
    });
  }

  /// The l-th reflection of a panel from the right: row k beyond the second diagonal becomes 0.
  bool right(std::int64_t k, std::int64_t l, double* value) {
    const std::int64_t m = work_.m;
    const std::int64_t n = work_.n;
    const std::int64_t lines = 2 * l + 1;
    const std::int64_t rest = n - k - 1;
    const std::int64_t below = m - k - 1;
    S factors[2 * kPanel];
    for (std::int64_t t = 0; t < lines; ++t) factors[t] = work_.down[t * m + k];
    for (std::int64_t j = 0; j < rest; ++j) work_.row[j] = work_.columns[(k + 1 + j) * m + k];
    takeAway(work_.row, work_.across + k + 1, factors, lines, rest, n);
    Vector<S> u(work_.row, rest);
    for (std::int64_t j = 0; j < rest; ++j) u[j] = Eigen::numext::conj(u[j]);
    S tau;
    u.makeHouseholderInPlace(tau, *value);
    u[0] = 1;
    Vector<S> taken(work_.across + lines * n + k + 1, rest);
    for (std::int64_t j = 0; j < rest; ++j) taken[j] = Eigen::numext::conj(tau * u[j]);

    S* sum = work_.down + lines * m + k + 1;
    dots(factors, work_.across + k + 1, work_.row, lines, rest, n, false);
    const std::int64_t height = std::max<std::int64_t>(512, kShare / rest);
    return each((below + height - 1) / height, [&](std::int64_t task) {
      const std::int64_t i = task * height;
      const std::int64_t some = std::min(height, below - i);
      combine(sum + i, work_.columns + (k + 1) * m + k + 1 + i, work_.row, rest, some, m);
      takeAway(sum + i, work_.down + k + 1 + i, factors, lines, some, m);
    });
  }

  /// A panel's reflections come to the columns and rows from k on.
  bool rest(std::int64_t k) {
    const std::int64_t m = work_.m;
    const std::int64_t n = work_.n;
    const std::int64_t rowTasks = (m - k + kProductRows - 1) / kProductRows;
    const std::int64_t columnTasks = (n - k + kProductColumns - 1) / kProductColumns;
    const auto bytes = [](const S* of) { return reinterpret_cast<const char*>(of); };
    return each(rowTasks * columnTasks, [&](std::int64_t task) {
      const std::int64_t j = k + task / rowTasks * kProductColumns;
      const std::int64_t i = k + task % rowTasks * kProductRows;
      const std::int64_t wide = std::min(kProductColumns, n - j);
      const std::int64_t high = std::min(kProductRows, m - i);
      const Scratch product(static_cast<std::size_t>(wide * high) * sizeof(S));
      if (!product) {
        execution_->fail(Status::OutOfMemory);
        return;
      }
      blasGemm(kDType, wide, high, 2 * kPanel, {bytes(work_.across + j), n, true}, {bytes(work_.down + i), m, false},
               product.as(), high);
      for (std::int64_t c = 0; c < wide; ++c)
        Vector<S>(work_.columns + (j + c) * m + i, high) -= Vector<S>(product.as<S>() + c * high, high);
    });
  }

  const Work<S>& work_;
  const ProductLoops& loops_;
  bool alone_;
  Execution* execution_;
};

/// Takes the matrix to two diagonals; `alone`: with all threads. False once cancelled or failed.
template <class S>
bool bidiagonalize(const Work<S>& work, bool alone, double* main, double* upper, Execution* execution) {
  std::int64_t first = 0;
  if (Work<S>::blocked(work.m, work.n) && !Panels<S>(work, alone, execution).run(&first, main, upper)) return false;
  return reflect(work, first, main, upper, *execution);
}

}  // namespace
}  // namespace ndops::baseline
