// Tensors on their way from one environment to another: a registry of the process, by token.
#pragma once

#include <cstdint>

#include "core/storage.h"

namespace ndops {

/// What a token stands for besides its memory: dtype, offset and rank, then shape and strides.
constexpr int kSharedWords = 3 + 2 * kMaxRank;

/// Holds the block under a new token (1 and up) until it is taken, released, its owner closed or, once posted, its time
/// over. 0 for a description that is too long.
double shareBlock(Block* block, const double* words, int count, const void* owner) noexcept;
/// The token is on its way: it outlives its owner, for this long.
void postShared(double token, double seconds) noexcept;
/// The token's block, its reference now the caller's, and its words (room for kSharedWords); or null: each token once.
Block* takeShared(double token, double* words) noexcept;
/// Lets go of what the token holds. False where it holds nothing (any more).
bool releaseShared(double token) noexcept;
/// Lets go of this owner's tokens that were never posted.
void closeShared(const void* owner) noexcept;
/// Lets go of posted tokens whose time is over. Milliseconds until the next one's is, or -1 where none is on its way.
double sweepShared() noexcept;

}  // namespace ndops
