// One run of one launch or of a list of them: cancellation, failure details, late outputs, scratch memory.
#pragma once

#include <atomic>
#include <cstddef>

#include "core/kernel.h"

namespace ndops {

struct Block;  // core/storage.h

/// Set once, when the process is on its way out: all work stops, so that libraries can be taken down.
extern std::atomic<bool> processExits;

class Execution {
 public:
  explicit Execution(const std::atomic<bool>* cancel = nullptr) noexcept : cancel_(cancel) {}
  ~Execution() noexcept {
    if (late_ != nullptr) dropLate();
  }
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

  /// Whether the caller wants this run to stop. Cheap; kernels ask about every millisecond of work.
  bool cancelled() const noexcept {
    return (cancel_ != nullptr && cancel_->load(std::memory_order_relaxed)) ||
           processExits.load(std::memory_order_relaxed);
  }

  /// Notes what went wrong for the message; the first failure wins, from whichever thread. Returns `status`.
  Status fail(Status status, double a = 0, double b = 0, double c = 0) noexcept;
  Status failure() const noexcept { return static_cast<Status>(failure_.load(std::memory_order_acquire)); }
  const double* details() const noexcept { return details_; }

  /// Gives memory to the launch's late output of shape [rows, columns], whose size only the kernel knows. Once a run.
  Status bindLate(std::int64_t rows, std::int64_t columns, DType dtype, char** data) noexcept;
  bool hasLate() const noexcept { return late_ != nullptr; }
  std::size_t lateBytes() const noexcept;
  /// Hands the late output to the caller (who owns it from then on), or null.
  Block* takeLate(std::int64_t* rows, std::int64_t* columns) noexcept;

 private:
  void dropLate() noexcept;

  const std::atomic<bool>* cancel_;
  std::atomic<std::int32_t> failure_{0};
  std::atomic<std::int32_t> claimed_{0};
  double details_[3] = {0, 0, 0};
  Block* late_ = nullptr;
  std::int64_t lateRows_ = 0;
  std::int64_t lateColumns_ = 0;
};

/// 64-byte aligned memory for the time of a call, from the pool. Check with `if (!scratch) return Status::OutOfMemory`.
class Scratch {
 public:
  explicit Scratch(std::size_t bytes) noexcept;
  ~Scratch() noexcept;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  explicit operator bool() const noexcept { return data_ != nullptr; }
  template <class T = char>
  T* as() const noexcept {
    return reinterpret_cast<T*>(data_);
  }

 private:
  Block* block_;
  char* data_;
};

}  // namespace ndops
