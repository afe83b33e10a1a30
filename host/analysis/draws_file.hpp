#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace narrows {

/// Draws of a ranking kept in a file as they are computed, so that a run which ends early can be
/// continued to the same bits. The file has a line that says what it holds, then waves: the
/// number of draws and of bytes of a note on them, their columns of DrawnGar (float64, in the
/// machine's order), the note and a hash of all that. What a killed run left unfinished at the end
/// does not count and is cut off.
class DrawsFile {
  public:
    /// `key` tells apart what must not be mixed: table, options, program. Continues the file where
    /// `resume` and it is there, else makes a new one. Throws FileError where it cannot be written,
    /// exists without `resume`, is no file of draws, or of another key or number of values.
    DrawsFile(std::filesystem::path path, const std::string& key, Eigen::Index num_values,
              bool resume);

    /// Fills the first columns with the draws of the file, as many as there are and fit; returns
    /// how many. Adds the notes of all waves to `notes`, if any. To be called once, before
    /// `append`.
    Eigen::Index load(Eigen::MatrixXd& draws, std::vector<std::string>* notes = nullptr);

    /// Adds the columns [first, first + count), on the disk when this returns.
    void append(const Eigen::MatrixXd& draws, Eigen::Index first, Eigen::Index count,
                const std::string& note = {});

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    [[noreturn]] void fail(const std::string& what) const;

    std::filesystem::path path_;
    Eigen::Index num_values_;
    std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace narrows
