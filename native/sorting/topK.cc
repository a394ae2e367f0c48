// topK: the k-th largest by selection, then those before it and as many of its equals as are wanted, lowest places
// first. inTopK: how many are larger than the target.
#include <algorithm>
#include <cstring>
#include <limits>

#include "core/parallel.h"
#include "core/registry.h"
#include "sorting/order.h"
#include "sorting/rows.h"
#include "sorting/selection.h"
#include "sorting/split.h"

namespace ndops {
namespace {

struct Loops {
  const SelectLoops& selecting;
  const SortLoops& sorting;
};

Loops loopsOf(const Kernel& kernel, DType dtype) {
  return {reinterpret_cast<GiveSelectLoops>(kernel.inner[static_cast<int>(dtype)])(),
          reinterpret_cast<SortLoopsOf>(findInner("sort", dtype))()};
}

template <class K>
const KeyLoops<K>& sortingFor(const SortLoops& loops) {
  if constexpr (sizeof(K) == 4)
    return loops.keys32;
  else
    return loops.keys64;
}

void copyItem(char* to, const char* from, int size) {
  switch (size) {
    case 1:
      std::memcpy(to, from, 1);
      return;
    case 2:
      std::memcpy(to, from, 2);
      return;
    case 4:
      std::memcpy(to, from, 4);
      return;
    default:
      std::memcpy(to, from, 8);
  }
}

/// Whether all of a row is put in order, for as much of it is wanted or it is short.
bool ordersAll(std::int64_t n, std::int64_t k) { return n <= 64 || k > n / 4; }
/// How many elements the bound by a sample may leave: more are looked at another way.
std::int64_t candidatesOf(std::int64_t k) { return 2 * k + 4096; }

/// The work space of topK on one row: what was found, with its places and its order, and what each step needs.
template <class K>
struct TopWork {
  std::int64_t* places;
  std::int64_t* order;
  K* keys;
  char* rest;

  static std::int64_t found(std::int64_t n, std::int64_t k) {
    return (ordersAll(n, k) ? n : std::min(n, candidatesOf(k))) + kBandBlock + kBandSlack;
  }
  static std::size_t bytes(std::int64_t n, std::int64_t k) {
    const std::size_t steps = ordersAll(n, k) ? 0 : std::max(selectBytes<K>(n), collectBytes<K>());
    return static_cast<std::size_t>(found(n, k)) * 3 * sizeof(std::int64_t) + std::max(steps, orderBytes(found(n, k)));
  }
  TopWork(char* work, std::int64_t n, std::int64_t k) {
    const std::int64_t m = found(n, k);
    places = reinterpret_cast<std::int64_t*>(work);
    order = places + m;
    keys = reinterpret_cast<K*>(order + m);
    rest = reinterpret_cast<char*>(order + 2 * m);
  }
};

/// topK of one row: the places of the k largest, in the order of the results, go to work.order.
template <class K>
struct Top {
  const Selecting<K>& s;
  const SortLoops& sorting;
  std::int64_t k;
  bool sorted;
  const TopWork<K>& work;

  Status run() const {
    if (ordersAll(s.n, k)) {
      const Status status = keysOf<K>(s, work.keys);
      return status == Status::Ok ? takeFirst(s.n, false) : status;
    }
    const std::int64_t limit = std::min(s.n, candidatesOf(k));
    std::int64_t count = 0;
    const K bound = boundAbove<K>(s, k - 1, work.rest);
    const Status status = collect<K>(s, kLowest, bound, limit, work.keys, work.places, work.rest, &count);
    if (status != Status::Ok) return status;
    return count >= k && count < limit ? takeFirst(count, true) : runExactly();
  }

 private:
  static constexpr K kLowest = std::numeric_limits<K>::min();

  Status putInOrder(std::int64_t n) const {
    const Indices order{DType::Int64, reinterpret_cast<char*>(work.order)};
    return orderRow<K>(s.execution, sorting, work.keys, n, integerForm(8 * sizeof(K), true), order, work.rest, s.alone);
  }

  /// The first k of n keys, which stand in the order of their places.
  Status takeFirst(std::int64_t n, bool placed) const {
    const Status status = putInOrder(n);
    if (status != Status::Ok) return status;
    if (placed)
      for (std::int64_t i = 0; i < k; ++i) work.order[i] = work.places[work.order[i]];
    if (sorted) return Status::Ok;
    constexpr KeyForm kPlain = integerForm(64, true);
    const bool done =
        sorting.keys64.sort(work.order, work.order, work.places, k, kPlain, false, -1, stopOf(s.execution));
    return done ? Status::Ok : Status::Cancelled;
  }

  /// By the k-th key itself: where many are equal.
  Status runExactly() const {
    Selected<K> kth;
    Status status = select<K>(s, k - 1, false, work.rest, &kth);
    if (status != Status::Ok) return status;
    std::int64_t* const places = work.places;
    std::int64_t before = 0;
    std::int64_t equal = 0;
    if (kth.before > 0) {
      const K last = static_cast<K>(kth.first - 1);
      status = collect<K>(s, kLowest, last, kth.before, work.keys, places, work.rest, &before);
      if (status != Status::Ok) return status;
    }
    status = collect<K>(s, kth.first, kth.first, k - before, work.keys + before, places + before, work.rest, &equal);
    if (status != Status::Ok) return status;
    if (!sorted) {
      std::merge(places, places + before, places + before, places + k, work.order);
      return Status::Ok;
    }
    // Equals of the k-th come last, and are in order.
    status = putInOrder(before);
    if (status != Status::Ok) return status;
    for (std::int64_t i = 0; i < before; ++i) work.order[i] = places[work.order[i]];
    std::copy(places + before, places + k, work.order + before);
    return Status::Ok;
  }
};

template <class K>
Status topRows(const Launch& launch, const Loops& loops) {
  const View& values = launch.views[0];
  const View& indices = launch.views[1];
  const View& in = launch.views[2];
  const int axis = in.rank - 1;
  const std::int64_t n = in.shape[axis];
  const std::int64_t k = values.shape[axis];
  const bool sorted = launch.numbers[0] != 0;
  const int size = itemSize(in.dtype);
  const auto row = [&](const char* from, char* to, char* memory, bool alone) {
    const Selecting<K> selecting{*launch.execution,
                                 loopsFor<K>(loops.selecting),
                                 sortingFor<K>(loops.sorting),
                                 {from, in.dtype, Keying::Falling},
                                 n,
                                 alone};
    const TopWork<K> work(memory, n, k);
    const Status status = Top<K>{selecting, loops.sorting, k, sorted, work}.run();
    if (status != Status::Ok) return status;
    for (std::int64_t i = 0; i < k; ++i) copyItem(to + i * size, from + work.order[i] * size, size);
    // Both results have the same rows, and rows lie one after the other.
    const std::int64_t first = (to - values.data) / size;
    if (indices.dtype == DType::Int64) {
      std::memcpy(indices.data + first * 8, work.order, static_cast<std::size_t>(k) * 8);
    } else {
      std::int32_t* const index = reinterpret_cast<std::int32_t*>(indices.data) + first;
      for (std::int64_t i = 0; i < k; ++i) index[i] = static_cast<std::int32_t>(work.order[i]);
    }
    return Status::Ok;
  };
  return eachRow(*launch.execution, values, in, axis, loops.sorting, rowBody(row, TopWork<K>::bytes(n, k)));
}

template <class K>
Status targetRows(const Launch& launch, const Loops& loops) {
  const View& out = launch.views[0];
  const View& targets = launch.views[1];
  const View& in = launch.views[2];
  const int axis = in.rank - 1;
  const std::int64_t n = in.shape[axis];
  const double k = launch.numbers[0];
  const KeyForm form = keyForm(in.dtype);
  const auto row = [&](const char* from, char* to, char*, bool alone) {
    const std::int64_t target = reinterpret_cast<const std::int64_t*>(targets.data)[to - out.data];
    *to = 0;
    if (target < 0 || target >= n) return Status::Ok;
    const Selecting<K> selecting{*launch.execution,
                                 loopsFor<K>(loops.selecting),
                                 sortingFor<K>(loops.sorting),
                                 {from, in.dtype, Keying::Falling},
                                 n,
                                 alone};
    const K key = keyAtPlace<K>(selecting.source, target);
    if (isFloating(in.dtype) && key <= static_cast<K>(~static_cast<K>(form.nan))) return Status::Ok;
    std::int64_t larger = 0;
    const Status status = countBelow<K>(selecting, key, &larger);
    *to = static_cast<double>(larger) < k;
    return status;
  };
  // One result a row of one class or more.
  std::int64_t shape[kMaxRank];
  std::int64_t strides[kMaxRank];
  std::copy(in.shape, in.shape + axis, shape);
  std::fill(strides, strides + in.rank, 0);
  shape[axis] = 1;
  const View results{out.data, shape, strides, in.rank, out.dtype};
  return eachRow(*launch.execution, results, in, axis, loops.sorting, rowBody(row, 0));
}

}  // namespace

Status topK(const Kernel& kernel, const Launch& launch) noexcept {
  const DType dtype = launch.views[2].dtype;
  const Loops loops = loopsOf(kernel, dtype);
  return itemSize(dtype) == 8 ? topRows<std::int64_t>(launch, loops) : topRows<std::int32_t>(launch, loops);
}

Status inTopK(const Kernel& kernel, const Launch& launch) noexcept {
  const View& in = launch.views[2];
  const Loops loops = loopsOf(kernel, in.dtype);
  if (in.shape[in.rank - 1] == 0) {
    std::memset(launch.views[0].data, 0, static_cast<std::size_t>(launch.views[0].size()));
    return Status::Ok;
  }
  return itemSize(in.dtype) == 8 ? targetRows<std::int64_t>(launch, loops) : targetRows<std::int32_t>(launch, loops);
}

}  // namespace ndops
