// median and quantile: a few keys of each row by selection, many by sorting, and what lies between them.
#include "sorting/select.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parallel.h"
#include "core/registry.h"
#include "sorting/interpolate.h"
#include "sorting/rows.h"
#include "sorting/selection.h"

namespace ndops {
namespace {

/// Whether to sort a row of n for so many quantiles: from the second on they cost nothing then.
constexpr bool sortsFor(std::int64_t count, std::int64_t n) { return count > 8 || n <= 1024 * (count - 1); }

/// Where a quantile lies: at `rank`, or by `part` of the way to the one after it.
struct Place {
  std::int64_t rank;
  std::int64_t index;  // which quantile it is
  double part;
  bool pair;
};

Place placeOf(double q, std::int64_t n, Method method, std::int64_t index) {
  const double at = static_cast<double>(n - 1) * q;
  const double floor = std::floor(at);
  const auto rankOf = [n](double x) { return std::min(static_cast<std::int64_t>(x), n - 1); };
  switch (method) {
    case Method::Lower:
      return {rankOf(floor), index, 0, false};
    case Method::Higher:
      return {rankOf(std::ceil(at)), index, 0, false};
    case Method::Nearest:
      return {rankOf(std::nearbyint(at)), index, 0, false};
    default: {
      const std::int64_t rank = rankOf(floor);
      const double part = at - floor;
      const bool pair = rank + 1 < n && (part != 0 || method != Method::Median);
      return {rank, index, method == Method::Midpoint && part != 0 ? 0.5 : part, pair};
    }
  }
}

/// Results are made in float64 and converted to their dtype.
struct Results {
  DType in;
  DType out;
  Method method;
  const Place* places;
  std::int64_t count;
  KeyForm form = keyForm(in);
  Convert widen = converter(DType::Float64, in);
  Convert narrow = converter(out, DType::Float64);

  template <class K>
  Wide valueOf(K key) const {
    if constexpr (sizeof(K) == 8) {
      const std::int64_t bits = bitsOfKey<std::int64_t, std::uint64_t>(key, form);
      if (in == DType::Int64) return wideOfInteger(bits);
      if (in == DType::Uint64) return wideOfInteger(static_cast<std::uint64_t>(bits));
      double value;
      std::memcpy(&value, &bits, sizeof value);
      return wideOf(value);
    } else {
      double value;
      const int size = itemSize(in);
      const auto of = [&](auto bits) { widen(reinterpret_cast<char*>(&value), reinterpret_cast<char*>(&bits), 1); };
      if (size == 1)
        of(bitsOfKey<std::int8_t, std::uint8_t>(static_cast<std::int8_t>(key), form));
      else if (size == 2)
        of(bitsOfKey<std::int16_t, std::uint16_t>(static_cast<std::int16_t>(key), form));
      else
        of(bitsOfKey<std::int32_t, std::uint32_t>(key, form));
      return wideOf(value);
    }
  }

  template <class K>
  bool isNan(K key) const {
    return isFloating(in) && key >= static_cast<K>(form.nan);
  }

  /// Writes a row's result for one of the places.
  template <class K>
  void put(char* to, const Place& place, K first, K second) const {
    const bool plain = method == Method::Lower || method == Method::Higher || method == Method::Nearest;
    const Wide low = valueOf(first);
    const bool sticky = out != DType::Float64;
    const double value =
        plain ? rounded(low, sticky) : interpolate(low, place.pair ? valueOf(second) : low, place.part, method, sticky);
    put(to, place.index, value);
  }
  void put(char* to, std::int64_t index, double value) const {
    narrow(to + index * itemSize(out), reinterpret_cast<const char*>(&value), 1);
  }
  void putNan(char* to) const {
    for (std::int64_t i = 0; i < count; ++i) put(to, i, std::numeric_limits<double>::quiet_NaN());
  }
};

template <class K>
Status quantileRows(const Launch& launch, const SelectLoops& selecting, const SortLoops& sorting,
                    const Results& results) {
  const View& in = launch.views[1];
  const std::int64_t n = in.shape[0];
  const KeyLoops<K>* keyLoops;
  if constexpr (sizeof(K) == 4)
    keyLoops = &sorting.keys32;
  else
    keyLoops = &sorting.keys64;
  const bool sorts = sortsFor(results.count, n);
  const auto row = [&](const char* from, char* to, char* work, bool alone) {
    const Selecting<K> selection{
        *launch.execution, loopsFor<K>(selecting), *keyLoops, {from, in.dtype, Keying::Rising}, n, alone};
    if (sorts) {
      K* const keys = reinterpret_cast<K*>(work);
      const Status status = sortRow<K>(selection, keys, keys + n + kBandBlock + kBandSlack);
      if (status != Status::Ok) return status;
      if (results.isNan(keys[n - 1])) {
        results.putNan(to);
        return Status::Ok;
      }
      for (std::int64_t i = 0; i < results.count; ++i) {
        const Place& place = results.places[i];
        results.put(to, place, keys[place.rank], keys[place.rank + place.pair]);
      }
      return Status::Ok;
    }
    for (std::int64_t i = 0; i < results.count; ++i) {
      const Place& place = results.places[i];
      Selected<K> selected;
      const Status status = select<K>(selection, place.rank, place.pair, work, &selected);
      if (status != Status::Ok) return status;
      if (results.isNan(selected.highest)) {
        results.putNan(to);
        return Status::Ok;
      }
      results.put(to, place, selected.first, selected.second);
    }
    return Status::Ok;
  };
  const std::size_t bytes =
      sorts ? static_cast<std::size_t>(2 * n + kBandBlock + kBandSlack) * sizeof(K) : selectBytes<K>(n);
  return eachRow(*launch.execution, launch.views[0], in, 0, sorting, rowBody(row, bytes));
}

/// Reads the quantiles, whose view has one axis or none.
Status placesOf(const Launch& launch, Method method, Place* places, std::int64_t count) {
  const View& q = launch.views[2];
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = reinterpret_cast<const double*>(q.data)[q.rank == 0 ? 0 : i * q.strides[0]];
    if (!(value >= 0 && value <= 1)) return launch.execution->fail(Status::Value, static_cast<double>(i), value);
    places[i] = placeOf(value, launch.views[1].shape[0], method, i);
  }
  return Status::Ok;
}

}  // namespace

Status quantile(const Kernel& kernel, const Launch& launch) noexcept {
  const View& out = launch.views[0];
  const View& in = launch.views[1];
  const std::int64_t count = launch.views[2].size();
  const auto method = static_cast<Method>(static_cast<int>(launch.numbers[0]));
  const Scratch scratch(static_cast<std::size_t>(count) * sizeof(Place) + 1);
  if (!scratch) return Status::OutOfMemory;
  Place* const places = scratch.as<Place>();
  const Status status = placesOf(launch, method, places, count);
  if (status != Status::Ok) return status;
  const Results results{in.dtype, out.dtype, method, places, count};
  if (in.shape[0] == 0) {
    const std::int64_t size = out.size();
    for (std::int64_t i = 0; i < size; ++i) results.put(out.data, i, std::numeric_limits<double>::quiet_NaN());
    return Status::Ok;
  }
  const int dtype = static_cast<int>(in.dtype);
  const SelectLoops& loops = reinterpret_cast<GiveSelectLoops>(kernel.inner[dtype])();
  const SortLoops& sorting = reinterpret_cast<SortLoopsOf>(findInner("sort", in.dtype))();
  return itemSize(in.dtype) == 8 ? quantileRows<std::int64_t>(launch, loops, sorting, results)
                                 : quantileRows<std::int32_t>(launch, loops, sorting, results);
}

}  // namespace ndops
