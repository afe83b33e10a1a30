#pragma once

#include <cstdint>

#include "kernels/cuda/memory.cuh"

namespace narrows::cuda {

/// Doubles of one piece, 16 MiB: a third of a millisecond on the bus, long beside a launch. Small
/// where the module is emulated, so that the tests see many pieces.
#ifdef NARROWS_EMULATE_CUDA
inline constexpr std::int64_t staging_piece = std::int64_t{1} << 12;
#else
inline constexpr std::int64_t staging_piece = std::int64_t{1} << 21;
#endif

/// Copies between pageable host memory and the device, through page-locked pieces: while one is on
/// the bus, the host fills or empties the other. Page-locking the caller's memory in its place
/// would cost about as much as copying it, each time, and is refused for read-only file mappings.
class Staging {
  public:
    /// Queues host -> device on `stream`. Returns when the host's data has been read; what comes
    /// next on the stream finds it on the device.
    void to_device(double* to, std::int64_t to_ld, const double* from, std::int64_t from_ld,
                   std::int64_t rows, std::int64_t columns, const Stream& stream);
    void to_device(std::int64_t* to, const std::int64_t* from, std::int64_t count,
                   const Stream& stream) {
        copy_words(to, from, count, stream);
    }

    /// Device -> host after what `stream` holds. Returns when the host has it all.
    void to_host(double* to, std::int64_t to_ld, const double* from, std::int64_t from_ld,
                 std::int64_t rows, std::int64_t columns, const Stream& stream);

  private:
    struct Slot {
        PinnedArray memory{staging_piece};
        Event done;  // on the bus
    };
    void copy_words(void* to, const void* from, std::int64_t count, const Stream& stream);

    Slot in_[2];
    Slot out_[2];
    int next_in_ = 0;
};

}  // namespace narrows::cuda
