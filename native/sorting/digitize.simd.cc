// Rows of digitize. On AVX-512, 127 edges (63 of 64 bits) lie in registers as the levels of a search tree: all edges,
// or those that part them evenly. Elsewhere up to 32 edges are compared one after the other. What is left is searched
// by halves, without branches, many elements at a time.
#include "sorting/digitize.h"

#include <limits>
#include <type_traits>

#include "core/table.h"
#include "simd/lanes.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// Whether an edge counts for an element: it is not above it. For NaN all count.
template <class T>
inline bool counts(T edge, T x) {
  return !(edge > x);
}

/// Stands where there is no edge: above all elements, or equal to the last.
template <class T>
constexpr T kNone =
    std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();

template <class T>
inline bool isNan(T x) {
  return x != x;
}

template <class T>
inline std::int32_t searchOne(T x, const T* edges, std::int64_t count) {
  std::int64_t base = 0;
  std::int64_t left = count;
  while (left > 1) {
    const std::int64_t half = left / 2;
    base += counts(edges[base + half - 1], x) ? half : 0;
    left -= half;
  }
  return static_cast<std::int32_t>(base + (left == 1 && counts(edges[base], x)));
}

/// Eight elements by turns, so that their loads overlap.
template <class T>
inline void searchByHalves(std::int32_t* out, const T* x, std::int64_t n, const T* edges, std::int64_t count) {
  constexpr int kSome = 8;
  std::int64_t i = 0;
  for (; i + kSome <= n; i += kSome) {
    std::uint32_t base[kSome] = {};
    std::uint32_t left = static_cast<std::uint32_t>(count);
    while (left > 1) {
      const std::uint32_t half = left / 2;
      for (int k = 0; k < kSome; ++k)
        base[k] += half & (0u - static_cast<std::uint32_t>(counts(edges[base[k] + half - 1], x[i + k])));
      left -= half;
    }
    for (int k = 0; k < kSome; ++k)
      out[i + k] = static_cast<std::int32_t>(base[k] + (left == 1 && counts(edges[base[k]], x[i + k])));
  }
  for (; i < n; ++i) out[i] = searchOne<T>(x[i], edges, count);
}

/// Every edge against every element.
template <class T>
inline void compareAll(std::int32_t* out, const T* x, std::int64_t n, const T* edges, std::int64_t count) {
  using Index = typename IntegerOf<sizeof(T)>::type;
  using Part = Vector<T>;
  constexpr int kPart = Lanes<T>::kPartCount;
  constexpr int kSome = 4;
  std::int64_t i = 0;
  for (; i + kSome * kPart <= n; i += kSome * kPart) {
    Part some[kSome];
    Vector<Index> sums[kSome];
    for (int k = 0; k < kSome; ++k) {
      some[k] = loadVector<Part>(x + i + k * kPart);
      sums[k] = Vector<Index>{};
    }
    for (std::int64_t e = 0; e < count; ++e) {
      const Part edge = edges[e] - Part{};
      // A true lane is -1.
      for (int k = 0; k < kSome; ++k) sums[k] += static_cast<Vector<Index>>(edge > some[k]);
    }
    for (int k = 0; k < kSome; ++k)
      for (int lane = 0; lane < kPart; ++lane)
        out[i + k * kPart + lane] = static_cast<std::int32_t>(count + sums[k][lane]);
  }
  for (; i < n; ++i) {
    std::int32_t sum = 0;
    for (std::int64_t e = 0; e < count; ++e) sum += counts(edges[e], x[i]);
    out[i] = sum;
  }
}

#if defined(__AVX2__)
/// A register of elements and one of places (int32), and how a search takes them on: places grow by `half` where the
/// edge at place + half - 1 counts.
template <int itemBytes>
struct PlacesOf;
#if defined(__AVX512F__)
template <>
struct PlacesOf<4> {
  using type = __m512i;
};
template <>
struct PlacesOf<8> {
  using type = __m256i;
};
#else
template <>
struct PlacesOf<4> {
  using type = __m256i;
};
template <>
struct PlacesOf<8> {
  using type = __m128i;
};
#endif
template <class T>
struct Gathered {
  using Places = typename PlacesOf<sizeof(T)>::type;
  static constexpr int kLanes = static_cast<int>(sizeof(Places)) / 4;
  typedef std::int32_t Ints __attribute__((vector_size(sizeof(Places))));

  static Vector<T> edgesAt(const T* edges, Places place) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
      return (Vector<T>)_mm512_i32gather_epi32(place, edges, 4);
    else
      return (Vector<T>)_mm512_i32gather_epi64(place, edges, 8);
#else
    if constexpr (sizeof(T) == 4)
      return (Vector<T>)_mm256_i32gather_epi32(reinterpret_cast<const int*>(edges), place, 4);
    else
      return (Vector<T>)_mm256_i32gather_epi64(reinterpret_cast<const long long*>(edges), place, 8);
#endif
  }
  static Ints step(Ints place, std::int32_t half, Vector<T> x, const T* edges) {
    const Vector<T> edge = edgesAt(edges, (Places)(place + (half - 1)));
    using Truth = Vector<typename IntegerOf<sizeof(T)>::type>;
    const auto beyond = static_cast<Truth>(edge > x);
    if constexpr (sizeof(T) == 4)
      return place + (half & ~beyond);
    else
      return place + (half & ~__builtin_convertvector(beyond, Ints));
  }
};

template <class T>
inline void searchGathering(std::int32_t* out, const T* x, std::int64_t n, const T* edges, std::int64_t count) {
  using G = Gathered<T>;
  constexpr int kSome = 4;
  std::int64_t i = 0;
  for (; i + kSome * G::kLanes <= n; i += kSome * G::kLanes) {
    Vector<T> some[kSome];
    typename G::Ints place[kSome];
    for (int k = 0; k < kSome; ++k) {
      some[k] = loadVector<Vector<T>>(x + i + k * G::kLanes);
      place[k] = typename G::Ints{};
    }
    auto left = static_cast<std::int32_t>(count);
    while (left > 1) {
      const std::int32_t half = left / 2;
      for (int k = 0; k < kSome; ++k) place[k] = G::step(place[k], half, some[k], edges);
      left -= half;
    }
    for (int k = 0; k < kSome; ++k) storeVector(out + i + k * G::kLanes, G::step(place[k], 1, some[k], edges));
  }
  for (; i < n; ++i) out[i] = searchOne<T>(x[i], edges, count);
}
#endif

#if defined(__AVX512F__)
/// One register of T and what a search does with it.
template <class T>
struct Wide {
  static constexpr int kLanes = 64 / static_cast<int>(sizeof(T));
  using Mask = std::conditional_t<sizeof(T) == 4, __mmask16, __mmask8>;

  static __m512i load(const void* from) { return _mm512_loadu_si512(from); }
  static __m512i pick(__m512i index, __m512i a) {
    if constexpr (sizeof(T) == 4)
      return _mm512_permutexvar_epi32(index, a);
    else
      return _mm512_permutexvar_epi64(index, a);
  }
  static __m512i pick(__m512i index, __m512i a, __m512i b) {
    if constexpr (sizeof(T) == 4)
      return _mm512_permutex2var_epi32(a, index, b);
    else
      return _mm512_permutex2var_epi64(a, index, b);
  }
  /// Of 4 registers.
  static __m512i pick(__m512i index, const __m512i* all) {
    const __m512i low = pick(index, all[0], all[1]);
    const __m512i high = pick(index, all[2], all[3]);
    if constexpr (sizeof(T) == 4) {
      return _mm512_mask_mov_epi32(low, _mm512_test_epi32_mask(index, _mm512_set1_epi32(2 * kLanes)), high);
    } else {
      return _mm512_mask_mov_epi64(low, _mm512_test_epi64_mask(index, _mm512_set1_epi64(2 * kLanes)), high);
    }
  }
  /// 2 node + (whether the edge counts)
  static __m512i down(__m512i node, __m512i edge, __m512i x) {
    Mask mask;
    if constexpr (std::is_same_v<T, float>)
      mask = _mm512_cmp_ps_mask((__m512)edge, (__m512)x, _CMP_NGT_UQ);
    else if constexpr (std::is_same_v<T, double>)
      mask = _mm512_cmp_pd_mask((__m512d)edge, (__m512d)x, _CMP_NGT_UQ);
    else if constexpr (std::is_same_v<T, std::int32_t>)
      mask = _mm512_cmp_epi32_mask(edge, x, _MM_CMPINT_LE);
    else if constexpr (std::is_same_v<T, std::int64_t>)
      mask = _mm512_cmp_epi64_mask(edge, x, _MM_CMPINT_LE);
    else
      mask = _mm512_cmp_epu64_mask(edge, x, _MM_CMPINT_LE);
    if constexpr (sizeof(T) == 4) {
      const __m512i twice = _mm512_add_epi32(node, node);
      return _mm512_mask_add_epi32(twice, mask, twice, _mm512_set1_epi32(1));
    } else {
      const __m512i twice = _mm512_add_epi64(node, node);
      return _mm512_mask_add_epi64(twice, mask, twice, _mm512_set1_epi64(1));
    }
  }
};

/// Levels of a search tree in registers: level k has 2^k edges, the last one at most four registers of them.
template <class T>
constexpr int kTreeLevels = sizeof(T) == 4 ? 7 : 6;
template <class T>
constexpr std::int64_t kTreeEdges = (1 << kTreeLevels<T>)-1;

template <class T>
inline void searchTree(std::int32_t* out, const T* x, std::int64_t n, const T* edges, std::int64_t count) {
  using W = Wide<T>;
  using G = Gathered<T>;
  constexpr int kLevels = kTreeLevels<T>;
  // Each edge of the tree is the last of `step` edges. Past the end it is none, as those behind the edges are.
  const std::int64_t step = count / (kTreeEdges<T> + 1) + 1;
  int levels = 1;
  while ((std::int64_t{1} << levels) * step <= count) ++levels;
  alignas(64) T tree[kLevels][4 * W::kLanes] = {};
  for (int level = 0; level < levels; ++level) {
    const std::int64_t width = std::int64_t{1} << (levels - level);
    for (std::int64_t node = 0; node < std::int64_t{1} << level; ++node) {
      const std::int64_t place = (node * width + width / 2) * step - 1;
      tree[level][node] = place < count ? edges[place] : kNone<T>;
    }
  }
  constexpr int kSingle = sizeof(T) == 4 ? 5 : 4;  // levels of one register
  __m512i single[kSingle];
  for (int level = 0; level < kSingle; ++level) single[level] = W::load(tree[level]);
  const __m512i pair[2] = {W::load(tree[kSingle]), W::load(tree[kSingle] + W::kLanes)};
  __m512i four[4];
  for (int k = 0; k < 4; ++k) four[k] = W::load(tree[kSingle + 1] + k * W::kLanes);
  const auto find = [&](__m512i some) {
    __m512i node = _mm512_setzero_si512();
    for (int level = 0; level < kSingle; ++level)
      if (level < levels) node = W::down(node, W::pick(node, single[level]), some);
    if (levels > kSingle) node = W::down(node, W::pick(node, pair[0], pair[1]), some);
    if (levels > kSingle + 1) node = W::down(node, W::pick(node, four), some);
    typename G::Ints place;
    if constexpr (sizeof(T) == 4)
      place = (typename G::Ints)node;
    else
      place = (typename G::Ints)_mm512_cvtepi64_epi32(node);
    if (step > 1) {
      place *= static_cast<std::int32_t>(step);
      auto left = static_cast<std::int32_t>(step - 1);
      while (left > 0) {
        const std::int32_t half = (left + 1) / 2;
        place = G::step(place, half, (Vector<T>)some, edges);
        left -= half;
      }
    }
    // A place among those past the end is the end.
    const auto end = static_cast<std::int32_t>(count) - typename G::Ints{};
    return place < end ? place : end;
  };
  std::int64_t i = 0;
  for (; i + W::kLanes <= n; i += W::kLanes) storeVector(out + i, find(W::load(x + i)));
  if (i == n) return;
  T rest[W::kLanes] = {};
  for (std::int64_t k = i; k < n; ++k) rest[k - i] = x[k];
  const typename G::Ints places = find(W::load(rest));
  for (std::int64_t k = i; k < n; ++k) out[k] = places[k - i];
}
#endif

template <class T>
void search(std::int32_t* out, const char* data, std::int64_t n, const char* sorted, std::int64_t count) {
  const T* x = reinterpret_cast<const T*>(data);
  const T* edges = reinterpret_cast<const T*>(sorted);
#if defined(__AVX512F__)
  searchTree<T>(out, x, n, edges, count);
#else
  constexpr std::int64_t kFew = 32;
  if (count <= kFew) return compareAll<T>(out, x, n, edges, count);
#if defined(__AVX2__)
  // Four 64-bit elements at a time gain nothing.
  if constexpr (sizeof(T) == 4) return searchGathering<T>(out, x, n, edges, count);
#endif
  searchByHalves<T>(out, x, n, edges, count);
#endif
}

template <class T>
int prepare(char* sorted, const char* data, std::int64_t n, std::int64_t* nans, std::int64_t* bad) {
  T* edges = reinterpret_cast<T*>(sorted);
  const T* bins = reinterpret_cast<const T*>(data);
  // NaN is above all numbers.
  const auto above = [](T a, T b) { return a > b || (isNan(a) && !isNan(b)); };
  int direction = 0;
  *nans = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    *nans += isNan(bins[i]);
    if (i == 0) continue;
    const int step = above(bins[i], bins[i - 1]) ? 1 : above(bins[i - 1], bins[i]) ? -1 : 0;
    if (step == 0) continue;
    if (direction == 0) direction = step;
    if (step != direction) {
      *bad = i;
      return 0;
    }
  }
  if (direction == 0) direction = 1;
  const std::int64_t count = n - *nans;
  for (std::int64_t i = 0; i < count; ++i) edges[i] = direction > 0 ? bins[i] : bins[n - 1 - i];
  for (std::int64_t i = count; i < count + kEdgesBehind; ++i) edges[i] = kNone<T>;
  return direction;
}

template <class T>
void putNan(std::int32_t* out, const char* data, std::int64_t n, std::int32_t value) {
  const T* x = reinterpret_cast<const T*>(data);
  for (std::int64_t i = 0; i < n; ++i) out[i] = isNan(x[i]) ? value : out[i];
}

template <class T>
const DigitizeLoops* give() {
  static constexpr DigitizeLoops loops{prepare<T>, search<T>, putNan<T>};
  return &loops;
}

// Written out, not returned by a function: so the table is constant memory and needs no constructor.
#define ROW(D, T) \
  { "digitize", digitizeDriver, DType::D, DType::Int32, reinterpret_cast<Inner>(give<T>) }

const Row kRows[] = {
    ROW(Float32, float),      ROW(Float64, double),       ROW(Int32, std::int32_t),
    ROW(Int64, std::int64_t), ROW(Uint64, std::uint64_t),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
