#include <algorithm>
#include <cstring>
#include <system_error>
#include <thread>
#include <vector>

#include "kernels/cuda/staging.cuh"

namespace narrows::cuda {
namespace {

size_t bytes_of(std::int64_t doubles) {
    return sizeof(double) * static_cast<size_t>(doubles);
}

/// A block of host memory, by several threads where it is large: one copies some 10 GB/s, a fifth
/// of what the bus takes.
void copy_on_host(double* to, std::int64_t to_ld, const double* from, std::int64_t from_ld,
                  std::int64_t rows, std::int64_t columns) {
    constexpr std::int64_t words_per_thread = staging_piece / 8;
    const std::int64_t processors = std::max(1U, std::thread::hardware_concurrency());
    const std::int64_t num_threads = std::clamp<std::int64_t>(
        rows * columns / words_per_thread, 1, std::min<std::int64_t>(8, processors));
    const auto copy_part = [=](std::int64_t part) {
        const std::int64_t last = columns * (part + 1) / num_threads;
        for (std::int64_t c = columns * part / num_threads; c < last; ++c) {
            std::memcpy(to + c * to_ld, from + c * from_ld, bytes_of(rows));
        }
    };
    std::vector<std::jthread> threads;
    threads.reserve(static_cast<size_t>(num_threads));
    std::int64_t started = 1;
    try {
        for (; started < num_threads; ++started) threads.emplace_back(copy_part, started);
    } catch (const std::system_error&) {  // no more threads: the rest is done here
    }
    copy_part(0);
    for (; started < num_threads; ++started) copy_part(started);
}

struct Piece {
    std::int64_t row, column, rows, columns;
};

/// Whole columns, as many as fit; parts of a column where not even one does.
template <class Visit>
void for_each_piece(std::int64_t rows, std::int64_t columns, Visit visit) {
    if (rows == 0 || columns == 0) return;
    const std::int64_t height = std::min(rows, staging_piece);
    const std::int64_t width = staging_piece / height;
    for (std::int64_t column = 0; column < columns; column += width) {
        for (std::int64_t row = 0; row < rows; row += height) {
            visit(Piece{row, column, std::min(height, rows - row),
                        std::min(width, columns - column)});
        }
    }
}

/// One run of memory where it is one: a pitch, in bytes, may not be below the width, nor as large
/// as the distance of two draws can be.
void copy_across(double* to, std::int64_t to_ld, const double* from, std::int64_t from_ld,
                 const Piece& piece, cudaMemcpyKind kind, const Stream& stream) {
    if (piece.columns == 1 || (to_ld == piece.rows && from_ld == piece.rows)) {
        check(cudaMemcpyAsync(to, from, bytes_of(piece.rows * piece.columns), kind, stream.get()),
              "cudaMemcpyAsync");
        return;
    }
    check(cudaMemcpy2DAsync(to, bytes_of(to_ld), from, bytes_of(from_ld), bytes_of(piece.rows),
                            static_cast<size_t>(piece.columns), kind, stream.get()),
          "cudaMemcpy2DAsync");
}

}  // namespace

void Staging::to_device(double* to, std::int64_t to_ld, const double* from, std::int64_t from_ld,
                        std::int64_t rows, std::int64_t columns, const Stream& stream) {
    for_each_piece(rows, columns, [&](const Piece& piece) {
        const Slot& slot = in_[next_in_];
        next_in_ = 1 - next_in_;
        slot.done.synchronize();
        copy_on_host(slot.memory.get(), piece.rows, from + piece.row + piece.column * from_ld,
                     from_ld, piece.rows, piece.columns);
        copy_across(to + piece.row + piece.column * to_ld, to_ld, slot.memory.get(), piece.rows,
                    piece, cudaMemcpyHostToDevice, stream);
        slot.done.record(stream);
    });
}

void Staging::copy_words(void* to, const void* from, std::int64_t count, const Stream& stream) {
    for (std::int64_t first = 0; first < count; first += staging_piece) {
        const size_t bytes = bytes_of(std::min(staging_piece, count - first));
        const Slot& slot = in_[next_in_];
        next_in_ = 1 - next_in_;
        slot.done.synchronize();
        std::memcpy(slot.memory.get(), static_cast<const char*>(from) + bytes_of(first), bytes);
        check(cudaMemcpyAsync(static_cast<char*>(to) + bytes_of(first), slot.memory.get(), bytes,
                              cudaMemcpyHostToDevice, stream.get()),
              "cudaMemcpyAsync");
        slot.done.record(stream);
    }
}

void Staging::to_host(double* to, std::int64_t to_ld, const double* from, std::int64_t from_ld,
                      std::int64_t rows, std::int64_t columns, const Stream& stream) {
    int next = 0;
    Piece waiting{};
    bool any = false;
    const auto empty = [&](const Slot& slot, const Piece& piece) {
        slot.done.synchronize();
        copy_on_host(to + piece.row + piece.column * to_ld, to_ld, slot.memory.get(), piece.rows,
                     piece.rows, piece.columns);
    };
    for_each_piece(rows, columns, [&](const Piece& piece) {
        const Slot& slot = out_[next];
        copy_across(slot.memory.get(), piece.rows, from + piece.row + piece.column * from_ld,
                    from_ld, piece, cudaMemcpyDeviceToHost, stream);
        slot.done.record(stream);
        if (any) empty(out_[1 - next], waiting);
        waiting = piece;
        any = true;
        next = 1 - next;
    });
    if (any) empty(out_[1 - next], waiting);
}

}  // namespace narrows::cuda
