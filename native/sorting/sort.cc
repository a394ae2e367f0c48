// sort and argsort along one axis, or of all elements where numbers[0] is negative.
#include "sorting/sort.h"

#include <limits>
#include <type_traits>

#include "sorting/counting.h"
#include "sorting/order.h"
#include "sorting/rows.h"
#include "sorting/split.h"

namespace ndops {
namespace {

const SortLoops& loopsOf(const Kernel& kernel, DType dtype) {
  return reinterpret_cast<SortLoopsOf>(kernel.inner[static_cast<int>(dtype)])();
}

Status eachRowOf(const Launch& launch, const SortLoops& loops, const RowBody& body) {
  const int axis = static_cast<int>(launch.numbers[0]);
  if (axis < 0) return oneRow(*launch.execution, launch.views[0], launch.views[1], loops, body);
  return eachRow(*launch.execution, launch.views[0], launch.views[1], axis, loops, body);
}

std::int64_t rowLength(const Launch& launch) {
  const View& in = launch.views[1];
  return launch.numbers[0] < 0 ? in.size() : in.shape[static_cast<int>(launch.numbers[0])];
}

/// Sorting tells -0 from 0 and one NaN from another, which the order of a dtype does not. Puts these in the order that
/// they have in `from`, so that sort gives what argsort points at, to the bit. `pick(low, high, to)` copies from `from`
/// the elements with keys between the two, in order.
template <class K, class Pick>
void reorderTies(K* to, std::int64_t n, const KeyForm& form, Pick pick) {
  using U = std::make_unsigned_t<K>;
  if (form.tie == 0) return;
  const auto keyAt = [&](std::int64_t i) { return keyOf<K, U>(to[i], form); };
  const auto firstFrom = [&](K key) {
    // Without branches: nobody could foretell them.
    std::int64_t first = 0;
    for (std::int64_t left = n; left > 0;) {
      const std::int64_t half = (left + 1) / 2;
      first += keyAt(first + half - 1) < key ? half : 0;
      left -= half;
    }
    return first;
  };
  const K zero = static_cast<K>(form.negativeZero);
  const std::int64_t zeros = firstFrom(zero);
  if (zeros < n && keyAt(zeros) == zero) {
    const std::int64_t positive = firstFrom(static_cast<K>(zero + 1));
    if (positive < n && to[positive] == 0) pick(zero, static_cast<K>(zero + 1), to + zeros);
  }
  const K nan = static_cast<K>(form.nan);
  if (n > 0 && keyAt(n - 1) >= nan) {
    const std::int64_t nans = firstFrom(nan);
    if (to[nans] != to[n - 1]) pick(nan, std::numeric_limits<K>::max(), to + nans);
  }
}

/// Rows of 32- and 64-bit dtypes.
template <class K>
Status sortKeys(const Launch& launch, const SortLoops& loops, const KeyLoops<K>& keys) {
  Execution& execution = *launch.execution;
  const KeyForm form = keyForm(launch.views[1].dtype);
  const std::int64_t n = rowLength(launch);
  const auto row = [&](const char* source, char* target, char* work, bool alone) {
    const K* from = reinterpret_cast<const K*>(source);
    K* to = reinterpret_cast<K*>(target);
    K* spare = reinterpret_cast<K*>(work);
    // Shorter rows are sorted as fast as looked at.
    const int run = n <= 32 ? 0 : alone ? runLong(execution, keys, from, n, form) : keys.run(from, n, form);
    Status status = Status::Ok;
    if (run != 0)
      status = copyRun(execution, keys, from, to, n, (run & kAscending) != 0);
    else if (alone)
      status = sortLong<K>(execution, keys, from, to, spare, n, form);
    else if (!keys.sort(from, to, spare, n, form, true, -1, stopOf(execution)))
      status = Status::Cancelled;
    if (status != Status::Ok || (run & kAscending) != 0) return status;
    reorderTies<K>(to, n, form, [&](K low, K high, K* target) { keys.pick(from, n, form, low, high, target); });
    return Status::Ok;
  };
  if (n > kMostColumnKeys) return eachRowOf(launch, loops, rowBody(row, static_cast<std::size_t>(n) * sizeof(K)));

  struct Body {
    decltype(row)& one;
    Execution& execution;
    const KeyLoops<K>& keys;
    const KeyForm& form;
    std::int64_t n;
    Status operator()(const char* from, char* to, char* work, bool alone) const { return one(from, to, work, alone); }
  };
  const Body each{row, execution, keys, form, n};
  RowBody body = rowBody(each, static_cast<std::size_t>(columnBytes(n)));
  body.columns = [](const void* data, const char* from, std::int64_t fromStride, char* to, std::int64_t toStride,
                    std::int64_t width, char* work) {
    const Body& b = *static_cast<const Body*>(data);
    return b.keys.columns(reinterpret_cast<const K*>(from), fromStride, reinterpret_cast<K*>(to), toStride, b.n, width,
                          b.form, reinterpret_cast<K*>(work), stopOf(b.execution));
  };
  return eachRowOf(launch, loops, body);
}

/// Rows of 8- and 16-bit dtypes.
Status sortSmall(const Launch& launch, const SortLoops& loops) {
  Execution& execution = *launch.execution;
  const DType dtype = launch.views[1].dtype;
  const std::int64_t n = rowLength(launch);
  const KeyForm form = keyForm(dtype);
  const bool counts = countingSorts(itemSize(dtype), n);
  const auto row = [&](const char* from, char* to, char* work, bool alone) {
    if (counts) {
      const Status status = countingSort(execution, dtype, from, to, n, alone);
      if (status != Status::Ok) return status;
    } else {
      constexpr KeyForm kPlain = integerForm(32, true);
      std::int32_t* const keys = reinterpret_cast<std::int32_t*>(work);
      loops.widen(from, n, dtype, keys);
      if (!loops.keys32.sort(keys, keys, keys + n, n, kPlain, false, -1, stopOf(execution))) return Status::Cancelled;
      loops.narrow(keys, n, dtype, to);
    }
    if (!isFloating(dtype)) return Status::Ok;
    using K = std::int16_t;
    reorderTies<K>(reinterpret_cast<K*>(to), n, form, [&](K low, K high, K* target) {
      for (std::int64_t i = 0; i < n; ++i) {
        const K bits = reinterpret_cast<const K*>(from)[i];
        const K key = keyOf<K, std::uint16_t>(bits, form);
        if (key >= low && key <= high) *target++ = bits;
      }
    });
    return Status::Ok;
  };
  return eachRowOf(launch, loops, rowBody(row, counts ? 0 : static_cast<std::size_t>(n) * 8));
}

template <class T>
Status sortComplex(const Launch& launch, const SortLoops& loops) {
  Execution& execution = *launch.execution;
  const std::int64_t n = rowLength(launch);
  const auto row = [&](const char* from, char* to, char* work, bool alone) {
    const auto* values = reinterpret_cast<const Complex<T>*>(from);
    auto* const indices = reinterpret_cast<std::int64_t*>(work);
    const Status status = orderComplex<T>(execution, loops, values, n, indices, alone);
    if (status != Status::Ok) return status;
    for (std::int64_t i = 0; i < n; ++i) reinterpret_cast<Complex<T>*>(to)[i] = values[indices[i]];
    return Status::Ok;
  };
  return eachRowOf(launch, loops, rowBody(row, static_cast<std::size_t>(n) * 8));
}

template <class K>
Status orderKeys(const Launch& launch, const SortLoops& loops) {
  Execution& execution = *launch.execution;
  const KeyForm form = keyForm(launch.views[1].dtype);
  const DType index = launch.views[0].dtype;
  const std::int64_t n = rowLength(launch);
  const auto row = [&](const char* from, char* to, char* work, bool alone) {
    return orderRow<K>(execution, loops, reinterpret_cast<const K*>(from), n, form, {index, to}, work, alone);
  };
  return eachRowOf(launch, loops, rowBody(row, orderBytes(n)));
}

Status orderSmall(const Launch& launch, const SortLoops& loops) {
  Execution& execution = *launch.execution;
  const DType dtype = launch.views[1].dtype;
  const DType index = launch.views[0].dtype;
  const std::int64_t n = rowLength(launch);
  const bool counts = countingOrders(itemSize(dtype), n);
  const auto row = [&](const char* from, char* to, char* work, bool alone) {
    if (counts) return countingOrder(execution, dtype, from, index, to, n, alone);
    std::int32_t* const keys = reinterpret_cast<std::int32_t*>(work + orderBytes(n));
    loops.widen(from, n, dtype, keys);
    // Widened, the keys need no map any more, but ties are still those of the dtype.
    KeyForm form = keyForm(dtype);
    form.fold = form.offset = 0;
    return orderRow<std::int32_t>(execution, loops, keys, n, form, {index, to}, work, alone);
  };
  return eachRowOf(launch, loops, rowBody(row, counts ? 0 : orderBytes(n) + static_cast<std::size_t>(n) * 4));
}

template <class T>
Status orderComplexRows(const Launch& launch, const SortLoops& loops) {
  Execution& execution = *launch.execution;
  const DType index = launch.views[0].dtype;
  const std::int64_t n = rowLength(launch);
  const auto row = [&](const char* from, char* to, char* work, bool alone) {
    // Int64 indices may stand in the result itself; it need not be aligned for more than its own dtype.
    auto* const indices = reinterpret_cast<std::int64_t*>(index == DType::Int64 ? to : work);
    const Status status =
        orderComplex<T>(execution, loops, reinterpret_cast<const Complex<T>*>(from), n, indices, alone);
    if (status != Status::Ok || index == DType::Int64) return status;
    for (std::int64_t i = 0; i < n; ++i) reinterpret_cast<std::int32_t*>(to)[i] = static_cast<std::int32_t>(indices[i]);
    return Status::Ok;
  };
  return eachRowOf(launch, loops, rowBody(row, static_cast<std::size_t>(n) * 8));
}

}  // namespace

Status sort(const Kernel& kernel, const Launch& launch) noexcept {
  const DType dtype = launch.views[1].dtype;
  const SortLoops& loops = loopsOf(kernel, dtype);
  if (dtype == DType::Complex64) return sortComplex<float>(launch, loops);
  if (dtype == DType::Complex128) return sortComplex<double>(launch, loops);
  switch (itemSize(dtype)) {
    case 4:
      return sortKeys<std::int32_t>(launch, loops, loops.keys32);
    case 8:
      return sortKeys<std::int64_t>(launch, loops, loops.keys64);
    default:
      return sortSmall(launch, loops);
  }
}

Status argsort(const Kernel& kernel, const Launch& launch) noexcept {
  const DType dtype = launch.views[1].dtype;
  const SortLoops& loops = loopsOf(kernel, dtype);
  if (dtype == DType::Complex64) return orderComplexRows<float>(launch, loops);
  if (dtype == DType::Complex128) return orderComplexRows<double>(launch, loops);
  switch (itemSize(dtype)) {
    case 4:
      return orderKeys<std::int32_t>(launch, loops);
    case 8:
      return orderKeys<std::int64_t>(launch, loops);
    default:
      return orderSmall(launch, loops);
  }
}

}  // namespace ndops
