#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "host/table/classification.hpp"

namespace narrows {

/// A field without blanks and quotes around it.
inline std::string_view unquoted(std::string_view field) {
    while (!field.empty() && (field.back() == ' ' || field.back() == '\r')) field.remove_suffix(1);
    while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
    if (field.size() >= 2 && field.front() == '"' && field.back() == '"') {
        field.remove_prefix(1);
        field.remove_suffix(1);
    }
    return field;
}

/// The field that begins at text[at], with its quotes; `at` moves behind its separator, or to npos
/// at the end of the line. Nothing where a quote does not end.
inline std::optional<std::string_view> next_field(std::string_view text, std::size_t& at,
                                                  char separator) {
    const std::size_t begin = at;
    if (begin < text.size() && text[begin] == '"') {
        std::size_t close = begin + 1;
        for (;; ++close) {
            close = text.find('"', close);
            if (close == std::string_view::npos) return std::nullopt;
            if (close + 1 >= text.size() || text[close + 1] != '"') break;
            ++close;
        }
        at = close + 1;
    }
    const std::size_t end = text.find(separator, at);
    if (end == std::string_view::npos) {
        at = std::string_view::npos;
        return text.substr(begin);
    }
    at = end + 1;
    return text.substr(begin, end - begin);
}

inline int threads_of(int wanted) {
    return wanted > 0 ? wanted
                      : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// Calls work(0) to work(count - 1), each in one of several threads (0: as many as the machine
/// has), with work = make_work() of its own for every thread. Throws what the first call in order
/// threw.
template <class Make>
void in_parallel(Index count, int num_threads, const Make& make_work) {
    std::atomic<Index> next{0};
    std::atomic<Index> failed{count};
    std::mutex mutex;
    std::exception_ptr error;
    const auto run = [&] {
        Index i = next++;
        try {
            auto work = make_work();
            for (; i < failed; i = next++) work(i);
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (i >= failed) return;
            failed = i;
            error = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int t = 1; t < std::min<Index>(threads_of(num_threads), count); ++t) {
            threads.emplace_back(run);
        }
        run();
    }
    if (error) std::rethrow_exception(error);
}

}  // namespace narrows
