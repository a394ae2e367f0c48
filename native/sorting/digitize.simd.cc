// Rows of digitize. With AVX-512, 127 edges (63 of 64 bits) lie in registers as the levels of a search tree, with AVX2
// 63 of 32 bits: all edges, or those that part them evenly. Elsewhere, and where they are few, edges are compared one
// after the other. What is left is searched by halves, without branches, many elements at a time.
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

/// One register of T and what a search does with it: a node of a level is the place of an edge in it.
#if defined(__AVX512F__)
template <class T>
struct Wide {
  using Register = __m512i;
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

#else
template <class T>
struct Wide {
  using Register = __m256i;
  static constexpr int kLanes = 8;
  static_assert(sizeof(T) == 4, "registers of four edges are too narrow");

  static __m256i load(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }
  static __m256i pick(__m256i index, __m256i a) { return _mm256_permutevar8x32_epi32(a, index); }
  /// b where the bit of `index` is set that `shift` makes the highest.
  template <int shift>
  static __m256i choose(__m256i index, __m256i a, __m256i b) {
    const __m256 bit = _mm256_castsi256_ps(_mm256_slli_epi32(index, shift));
    return _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), bit));
  }
  static __m256i pick(__m256i index, __m256i a, __m256i b) { return choose<28>(index, pick(index, a), pick(index, b)); }
  static __m256i pick(__m256i index, const __m256i* all) {
    return choose<27>(index, pick(index, all[0], all[1]), pick(index, all[2], all[3]));
  }
  static __m256i down(__m256i node, __m256i edge, __m256i x) {
    // A true lane is -1.
    const __m256i twice = _mm256_add_epi32(node, node);
    if constexpr (std::is_same_v<T, float>) {
      const __m256 counted = _mm256_cmp_ps(_mm256_castsi256_ps(edge), _mm256_castsi256_ps(x), _CMP_NGT_UQ);
      return _mm256_sub_epi32(twice, _mm256_castps_si256(counted));
    } else {
      return _mm256_add_epi32(_mm256_add_epi32(twice, _mm256_set1_epi32(1)), _mm256_cmpgt_epi32(edge, x));
    }
  }
};
#endif

/// Levels of a search tree in registers: level k has 2^k edges, the last one at most four registers of them.
template <class T>
constexpr int kSingleLevels = Wide<T>::kLanes == 16 ? 5 : 4;  // of one register
template <class T>
constexpr int kTreeLevels = kSingleLevels<T> + 2;
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
  constexpr int kSingle = kSingleLevels<T>;
  using Register = typename W::Register;
  Register single[kSingle];
  for (int level = 0; level < kSingle; ++level) single[level] = W::load(tree[level]);
  const Register pair[2] = {W::load(tree[kSingle]), W::load(tree[kSingle] + W::kLanes)};
  Register four[4];
  for (int k = 0; k < 4; ++k) four[k] = W::load(tree[kSingle + 1] + k * W::kLanes);
  const auto nodeOf = [&](Register some) {
    Register node{};
    for (int level = 0; level < kSingle; ++level)
      if (level < levels) node = W::down(node, W::pick(node, single[level]), some);
    if (levels > kSingle) node = W::down(node, W::pick(node, pair[0], pair[1]), some);
    if (levels > kSingle + 1) node = W::down(node, W::pick(node, four), some);
    if constexpr (sizeof(Register) == sizeof(typename G::Ints))
      return (typename G::Ints)node;
    else
      return __builtin_convertvector((Vector<std::int64_t>)node, typename G::Ints);
  };
  // Some registers by turns, so that their loads overlap.
  const auto find = [&](auto many, std::int32_t* to, const T* from) {
    Vector<T> v[many];
    typename G::Ints place[many];
    for (int k = 0; k < many; ++k) {
      v[k] = loadVector<Vector<T>>(from + k * W::kLanes);
      place[k] = nodeOf((Register)v[k]);
    }
    if (step > 1) {
      for (int k = 0; k < many; ++k) place[k] *= static_cast<std::int32_t>(step);
      auto left = static_cast<std::int32_t>(step - 1);
      while (left > 0) {
        const std::int32_t half = (left + 1) / 2;
        for (int k = 0; k < many; ++k) place[k] = G::step(place[k], half, v[k], edges);
        left -= half;
      }
    }
    // A place among those past the end is the end.
    const auto end = static_cast<std::int32_t>(count) - typename G::Ints{};
    for (int k = 0; k < many; ++k) storeVector(to + k * W::kLanes, place[k] < end ? place[k] : end);
  };
  constexpr std::integral_constant<int, 4> some{};
  constexpr std::integral_constant<int, 1> one{};
  std::int64_t i = 0;
  for (; i + 4 * W::kLanes <= n; i += 4 * W::kLanes) find(some, out + i, x + i);
  for (; i + W::kLanes <= n; i += W::kLanes) find(one, out + i, x + i);
  if (i == n) return;
  T rest[W::kLanes] = {};
  std::int32_t places[W::kLanes];
  for (std::int64_t k = i; k < n; ++k) rest[k - i] = x[k];
  find(one, places, rest);
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
  if constexpr (sizeof(T) == 4) return searchTree<T>(out, x, n, edges, count);
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
