#include "linalg/blas.h"

#include <cblas.h>

#include <atomic>
#include <limits>
#include <mutex>

namespace ndops {
namespace {

static_assert(std::is_signed_v<blasint>, "sizes are passed as signed integers");

struct Library {
  const char* name;
  const char* kernel;
  bool concurrent;
  std::mutex turn;

  Library() {
    // One thread a call: our pool splits the work, and the library's own pool would stop child_process.spawn.
    openblas_set_num_threads(1);
    name = openblas_get_config();
    kernel = openblas_get_corename();
#ifdef NDOPS_BLAS_LOCKED
    concurrent = true;  // built for us: no threads, but locks
#else
    // A library built without threads has no locks either: overlapping calls would share its buffers.
    concurrent = openblas_get_parallel() != OPENBLAS_SEQUENTIAL;
#endif
  }
};

// Never destroyed: pool threads may be in a product when the process exits.
Library& library() {
  static Library* instance = new Library;
  return *instance;
}

std::atomic<std::int64_t> limitForTests{0};

template <class Call>
void inTurn(Call&& call) {
  Library& blas = library();
  if (blas.concurrent) {
    call();
  } else {
    std::lock_guard<std::mutex> lock(blas.turn);
    call();
  }
}

}  // namespace

void blasGemm(DType dtype, std::int64_t rows, std::int64_t columns, std::int64_t inner, const BlasMatrix& left,
              const BlasMatrix& right, char* out, std::int64_t leading, bool add) noexcept {
  const auto m = static_cast<blasint>(rows);
  const auto n = static_cast<blasint>(columns);
  const auto k = static_cast<blasint>(inner);
  const auto lda = static_cast<blasint>(left.leading);
  const auto ldb = static_cast<blasint>(right.leading);
  const auto ldc = static_cast<blasint>(leading);
  const CBLAS_TRANSPOSE ta = left.transposed ? CblasTrans : CblasNoTrans;
  const CBLAS_TRANSPOSE tb = right.transposed ? CblasTrans : CblasNoTrans;
  inTurn([&] {
    if (dtype == DType::Float32) {
      cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1.0f, reinterpret_cast<const float*>(left.data), lda,
                  reinterpret_cast<const float*>(right.data), ldb, add ? 1.0f : 0.0f, reinterpret_cast<float*>(out),
                  ldc);
    } else if (dtype == DType::Float64) {
      cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1.0, reinterpret_cast<const double*>(left.data), lda,
                  reinterpret_cast<const double*>(right.data), ldb, add ? 1.0 : 0.0, reinterpret_cast<double*>(out),
                  ldc);
    } else if (dtype == DType::Complex64) {
      constexpr float one[2] = {1, 0};
      constexpr float zero[2] = {0, 0};
      cblas_cgemm(CblasRowMajor, ta, tb, m, n, k, one, left.data, lda, right.data, ldb, add ? one : zero, out, ldc);
    } else {
      constexpr double one[2] = {1, 0};
      constexpr double zero[2] = {0, 0};
      cblas_zgemm(CblasRowMajor, ta, tb, m, n, k, one, left.data, lda, right.data, ldb, add ? one : zero, out, ldc);
    }
  });
}

std::int64_t blasLimit() noexcept {
  const std::int64_t limit = limitForTests.load(std::memory_order_relaxed);
  return limit != 0 ? limit : std::numeric_limits<blasint>::max();
}

void setBlasLimit(std::int64_t limit) noexcept { limitForTests.store(limit, std::memory_order_relaxed); }

bool blasConcurrent() noexcept { return library().concurrent; }
const char* blasName() noexcept { return library().name; }
const char* blasKernel() noexcept { return library().kernel; }

}  // namespace ndops
