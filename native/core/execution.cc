#include "core/execution.h"

#include "core/storage.h"

namespace ndops {

std::atomic<bool> processExits{false};

void Execution::dropLate() noexcept { releaseBlock(late_); }

Status Execution::fail(Status status, double a, double b, double c) noexcept {
  std::int32_t expected = 0;
  if (claimed_.compare_exchange_strong(expected, 1, std::memory_order_acq_rel)) {
    details_[0] = a;
    details_[1] = b;
    details_[2] = c;
    failure_.store(static_cast<std::int32_t>(status), std::memory_order_release);
  }
  return status;
}

Status Execution::bindLate(std::int64_t rows, std::int64_t columns, DType dtype, char** data) noexcept {
  if (rows < 0 || columns < 0) return fail(Status::TooLarge);
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(rows, columns, &bytes) || __builtin_mul_overflow(bytes, itemSize(dtype), &bytes))
    return fail(Status::TooLarge, static_cast<double>(rows), static_cast<double>(columns));
  Status why = Status::Ok;
  late_ = allocateBlock(static_cast<std::size_t>(bytes), &why);
  if (late_ == nullptr) return fail(why);
  lateRows_ = rows;
  lateColumns_ = columns;
  *data = late_->data;
  return Status::Ok;
}

std::size_t Execution::lateBytes() const noexcept { return late_ == nullptr ? 0 : late_->bytes; }

Block* Execution::takeLate(std::int64_t* rows, std::int64_t* columns) noexcept {
  Block* block = late_;
  late_ = nullptr;
  *rows = lateRows_;
  *columns = lateColumns_;
  return block;
}

Scratch::Scratch(std::size_t bytes) noexcept : block_(nullptr), data_(nullptr) {
  Status why = Status::Ok;
  block_ = allocateBlock(bytes, &why);
  if (block_ != nullptr) data_ = block_->data;
}

Scratch::~Scratch() noexcept {
  if (block_ != nullptr) releaseBlock(block_);
}

}  // namespace ndops
