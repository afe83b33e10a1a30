#include "host/analysis/draws_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sys/file.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/hash.hpp"

namespace narrows {
namespace {

constexpr const char* magic = "narrows.draws/2 ";
constexpr std::size_t hash_size = 39;  // "xxh128:" and 32 digits

/// What a wave begins with.
struct WaveSize {
    std::int64_t draws = 0;
    std::int64_t note = 0;  // bytes

    bool is_possible() const {
        return draws > 0 && draws <= std::int64_t{1} << 20 && note >= 0 &&
               note <= std::int64_t{1} << 30;
    }
};

std::string hash_of(const WaveSize& size, const double* values, std::size_t num_values,
                    const std::string& note) {
    Hash hash;
    hash.add(&size, sizeof size);
    hash.add(values, num_values * sizeof(double));
    hash.add(note.data(), note.size());
    return hash.text();
}

}  // namespace

void DrawsFile::fail(const std::string& what) const {
    throw FileError(path_.string(), what);
}

DrawsFile::DrawsFile(std::filesystem::path path, const std::string& key, Eigen::Index num_values,
                     bool resume)
    : path_(std::move(path)), num_values_(num_values) {
    // "x": never in place of a file that is there.
    file_.reset(std::fopen(path_.c_str(), resume ? "r+b" : "w+bx"));
    const bool is_new = !resume || (file_ == nullptr && errno == ENOENT);
    if (resume && is_new) file_.reset(std::fopen(path_.c_str(), "w+bx"));
    if (file_ == nullptr) {
        if (errno == EEXIST) fail("exists already; --resume continues it");
        fail(std::string("cannot write: ") + std::strerror(errno));
    }
    // Two runs on one file would mix their waves.
    if (flock(fileno(file_.get()), LOCK_EX | LOCK_NB) != 0) fail("another run writes to it");
    const std::string head = fmt::format("{}{} {}\n", magic, key, num_values);
    std::string found(head.size(), '\0');
    found.resize(std::fread(found.data(), 1, found.size(), file_.get()));
    // A run that was killed at once may have left less than the first line.
    if (is_new || (found.size() < head.size() && head.compare(0, found.size(), found) == 0)) {
        std::rewind(file_.get());
        if (std::fwrite(head.data(), 1, head.size(), file_.get()) != head.size() ||
            std::fflush(file_.get()) != 0) {
            fail(std::string("cannot write: ") + std::strerror(errno));
        }
        return;
    }
    if (found.compare(0, std::strlen(magic), magic) != 0) fail("is no file of draws");
    if (found != head) {
        fail("holds draws of another ranking: the table, an option or the program differs");
    }
}

Eigen::Index DrawsFile::load(Eigen::MatrixXd& draws, std::vector<std::string>* notes) {
    const auto rows = static_cast<std::size_t>(num_values_);
    std::FILE* const file = file_.get();
    Eigen::Index loaded = 0;
    long end = std::ftell(file);
    std::vector<double> values;
    std::string note;
    for (WaveSize size; std::fread(&size, sizeof size, 1, file) == 1;) {
        // What follows a wave that a killed run left half done is of no use.
        if (!size.is_possible()) break;
        values.resize(static_cast<std::size_t>(size.draws) * rows);
        note.resize(static_cast<std::size_t>(size.note));
        std::array<char, hash_size> hash{};
        if (std::fread(values.data(), sizeof(double), values.size(), file) != values.size() ||
            std::fread(note.data(), 1, note.size(), file) != note.size() ||
            std::fread(hash.data(), 1, hash_size, file) != hash_size ||
            hash_of(size, values.data(), values.size(), note) !=
                std::string(hash.data(), hash.size())) {
            break;
        }
        end = std::ftell(file);
        const Eigen::Index taken = std::min<Eigen::Index>(size.draws, draws.cols() - loaded);
        std::copy_n(values.data(), static_cast<std::size_t>(taken) * rows,
                    draws.data() + loaded * draws.rows());
        loaded += taken;
        if (notes != nullptr) notes->push_back(note);
    }
    if (ftruncate(fileno(file), end) != 0 || std::fseek(file, end, SEEK_SET) != 0) {
        fail(std::string("cannot write: ") + std::strerror(errno));
    }
    return loaded;
}

void DrawsFile::append(const Eigen::MatrixXd& draws, Eigen::Index first, Eigen::Index count,
                       const std::string& note) {
    const WaveSize size = {count, static_cast<std::int64_t>(note.size())};
    const double* const values = draws.data() + first * draws.rows();
    const auto num_values = static_cast<std::size_t>(count * draws.rows());
    const std::string hash = hash_of(size, values, num_values, note);
    std::FILE* const file = file_.get();
    if (std::fwrite(&size, sizeof size, 1, file) != 1 ||
        std::fwrite(values, sizeof(double), num_values, file) != num_values ||
        std::fwrite(note.data(), 1, note.size(), file) != note.size() ||
        std::fwrite(hash.data(), 1, hash.size(), file) != hash.size() || std::fflush(file) != 0 ||
        fsync(fileno(file)) != 0) {
        fail(std::string("cannot write: ") + std::strerror(errno));
    }
}

}  // namespace narrows
