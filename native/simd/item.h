// Elements as loops that only move them see them: by size, of any type and any alignment.
#pragma once

#include <cstdint>

namespace ndops::NDOPS_LEVEL {
namespace {

typedef std::uint8_t Item1 __attribute__((may_alias));
typedef std::uint16_t Item2 __attribute__((may_alias, aligned(1)));
typedef std::uint32_t Item4 __attribute__((may_alias, aligned(1)));
typedef std::uint64_t Item8 __attribute__((may_alias, aligned(1)));
struct Item16 {
  Item8 low;
  Item8 high;
};

template <int Size>
struct ItemOf;
// clang-format off
template <> struct ItemOf<1> { using type = Item1; };
template <> struct ItemOf<2> { using type = Item2; };
template <> struct ItemOf<4> { using type = Item4; };
template <> struct ItemOf<8> { using type = Item8; };
template <> struct ItemOf<16> { using type = Item16; };
// clang-format on

template <int Size>
using Item = typename ItemOf<Size>::type;

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
