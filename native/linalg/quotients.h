// The last step to singular values: from two diagonals to what they are the roots of.
//
// Internal linkage: for singularValues.kernel.cc.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace ndops::baseline {
namespace {

/// The squares of the singular values of a matrix with two diagonals, by Rutishauser's quotients and differences in the
/// form without subtractions (dqds, Fernando and Parlett), with shifts of our own: none can come out wrong by a bad
/// one, which a negative difference shows.
class Quotients {
 public:
  /// q: the squares of the n elements of the diagonal, e: those of the n - 1 beside it; both are overwritten. `room`:
  /// 2 n. The results go to out, in no order, with an error of some ULP of the largest root once roots are taken.
  Quotients(double* q, double* e, double* room, double* out, std::int64_t n)
      : q_(q), e_(e), room_(room), out_(out), n_(n) {}

  /// False once `stop` says so or without success.
  template <class Stop>
  bool run(const Stop& stop) {
    double largest = q_[n_ - 1];
    for (std::int64_t k = 0; k + 1 < n_; ++k) largest = std::max({largest, q_[k], e_[k]});
    constexpr double kUnit = std::numeric_limits<double>::epsilon() / 2;
    nothing_ = largest * kUnit * kUnit;
    double shift = 0;  // taken from the squares of the block that ends at `high`
    std::int64_t steps = 0;
    std::int64_t until = kLook;
    for (std::int64_t high = n_ - 1; high >= 0;) {
      std::int64_t low = high;
      while (low > 0 && e_[low - 1] > nothing_) --low;
      if (low > 0 && e_[low - 1] != kParted) {
        e_[low - 1] = kParted;
        out_[low - 1] = shift;
      }
      if (high - low < 2) {
        if (low < high) both(low);
        for (std::int64_t k = low; k <= high; ++k) out_[k] = shift + q_[k];
        // What the last step saw of those that are left.
        seen_ = {low < high ? seen_.more : seen_.others, seen_.more, seen_.more, low < high ? -1 : seen_.before, -1};
        high = low - 1;
        if (high >= 0 && out_[high] != shift) seen_ = {};
        if (high >= 0) shift = out_[high];
        continue;
      }
      if (1.5 * q_[low] < q_[high]) {
        std::reverse(q_ + low, q_ + high + 1);
        std::reverse(e_ + low, e_ + high);
        seen_ = {};
      }
      double tau = next(high);
      for (int tries = 0; !step(low, high, tau); ++tries) {
        if (tau == 0) return false;
        // Only the last difference is negative: it says how much too large the shift was.
        const bool late = tries == 0 && seen_.others > 0;
        tau = late ? std::max(0.0, (tau + seen_.last) * (1 - 4 * kUnit)) : tries < 3 ? tau / 4 : 0;
        failed_ = true;
      }
      shift += tau;
      if (++steps > kMost * n_) return false;
      until -= high - low;
      if (until < 0) {
        if (stop()) return false;
        until = kLook;
      }
    }
    return true;
  }

 private:
  /// In place of an element of e: the blocks on both sides have parted.
  static constexpr double kParted = -1;
  /// Elements that steps pass between two looks at whether to stop, and the most steps for each value: some four are
  /// usual.
  static constexpr std::int64_t kLook = 1 << 14;
  static constexpr std::int64_t kMost = 100;

  /// The differences of the last step: the smallest of all, of all but the last, of all but the last two; the last and
  /// the one before.
  struct Seen {
    double least = -1;
    double others = -1;
    double more = -1;
    double last = -1;
    double before = -1;
  };

  /// A shift that is hardly too large: what the smallest square is expected to be.
  double next(std::int64_t high) {
    if (!(seen_.least > 0)) return 0;
    double tau = 0;
    if (seen_.least == seen_.last) {
      // The last element is nearly it: less what is beside it over the distance to the others.
      const double beside = e_[high - 1];
      const double gap = 0.75 * seen_.others - q_[high];
      if (gap > beside) tau = q_[high] * (1 - beside / gap);
      tau = std::max(tau, seen_.least / 3);
      share_ = 0.25;
    } else {
      share_ = failed_ ? 1.0 / 12 : share_ + (1 - share_) / 3;
      tau = seen_.least * share_;
    }
    failed_ = false;
    return tau;
  }

  /// A step over a block; without success everything stays as it was, but for `seen_`.
  bool step(std::int64_t low, std::int64_t high, double tau) {
    const std::int64_t n = high - low;
    const double* __restrict q = q_ + low;
    const double* __restrict e = e_ + low;
    double* __restrict to = room_;
    double* __restrict beside = room_ + n + 1;
    double d = q[0] - tau;
    double least = std::numeric_limits<double>::infinity();
    double more = least;
    double before = d;
    for (std::int64_t k = 0; k < n; ++k) {
      more = least;
      least = d < least ? d : least;
      before = d;
      to[k] = d + e[k];
      const double ratio = q[k + 1] / to[k];
      beside[k] = e[k] * ratio;
      d = d * ratio - tau;
    }
    if (d < 0 && d >= -nothing_) d = 0;
    to[n] = d;
    seen_ = {std::min(least, d), least, more, d, before};
    if (!(d >= 0 && least >= 0)) return false;
    std::copy(to, to + n + 1, q_ + low);
    std::copy(beside, beside + n, e_ + low);
    return true;
  }

  /// Both squares of a block of two.
  void both(std::int64_t k) {
    double& large = q_[k];
    double& small = q_[k + 1];
    if (large < small) std::swap(large, small);
    const double beside = e_[k];
    const double half = 0.5 * ((large - small) + beside);
    if (beside == 0 || half == 0) return;
    double part = small * (beside / half);
    part = part <= half ? small * (beside / (half * (1 + std::sqrt(1 + part / half))))
                        : small * (beside / (half + std::sqrt(half) * std::sqrt(half + part)));
    const double sum = large + (part + beside);
    small *= large / sum;
    large = sum;
  }

  double* q_;
  double* e_;
  double* room_;
  double* out_;
  std::int64_t n_;
  double nothing_ = 0;
  Seen seen_;
  double share_ = 0.25;
  bool failed_ = false;
};

}  // namespace
}  // namespace ndops::baseline
