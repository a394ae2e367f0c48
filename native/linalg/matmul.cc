#include "linalg/matmul.h"

#include <algorithm>
#include <cstring>

#include "core/parallel.h"
#include "linalg/operand.h"

namespace ndops {
namespace {

/// Multiplications that make a task of small products worth handing out.
constexpr std::int64_t kSmallTask = 1 << 17;

}  // namespace

Status smallProduct(Product& product) noexcept {
  const std::int64_t each = product.m * product.n * product.k + 64;
  const std::int64_t group = std::max<std::int64_t>(1, kSmallTask / each);
  return parallel(*product.execution, (product.batch + group - 1) / group, [&](std::int64_t task) {
    for (std::int64_t item = task * group; item < std::min(product.batch, (task + 1) * group); ++item) {
      const Strided a{product.aAt(item), product.a.freeStride, product.a.innerStride};
      const Strided b{product.bAt(item), product.b.innerStride, product.b.freeStride};
      product.loops->small(product.outAt(item), a, b, product.m, product.n, product.k);
    }
  });
}

Status matmul(const Kernel& kernel, const Launch& launch) noexcept {
  const View& out = launch.views[0];
  const bool half = out.dtype == DType::Float16 || out.dtype == DType::Bfloat16;
  const DType dtype = half ? DType::Float32 : out.dtype;
  const auto loops = reinterpret_cast<LoopsOf>(kernel.inner[static_cast<int>(dtype)]);
  if (loops == nullptr) return launch.execution->fail(Status::Unsupported);
  if (out.size() == 0) return Status::Ok;
  if (launch.views[1].size() == 0) {
    // Nothing to sum up.
    std::memset(out.data, 0, static_cast<std::size_t>(out.size() * itemSize(out.dtype)));
    return Status::Ok;
  }

  Product product;
  Status status = readProduct(launch, loops(), dtype, product);
  if (status != Status::Ok) return status;
  if (product.m == 1) return vectorProduct(product);

  const bool small = std::max({product.m, product.n, product.k}) <= kSmallSide && !half;
  const bool integer = product.loops->tiles != nullptr;
  status = settle(product, product.a, product.m, !small && !integer);
  if (status == Status::Ok) status = settle(product, product.b, product.n, !small && !integer);
  if (status != Status::Ok) return status;
  return small ? smallProduct(product) : integer ? integerProduct(product) : floatProduct(product);
}

}  // namespace ndops
