#include "host/analysis/draws_file.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/run_program.hpp"

namespace narrows {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

class DrawsFiles : public testing::Test {
  protected:
    /// Keeps the columns [0, count) in waves of 4.
    void keep(Index count) {
        DrawsFile file(path_, "key", draws_.rows(), false);
        for (Index first = 0; first < count; first += 4) {
            file.append(draws_, first, std::min<Index>(4, count - first));
        }
    }
    /// The draws of the file, zeros where it has none.
    MatrixXd loaded(Index columns, Index expected) {
        MatrixXd result = MatrixXd::Zero(draws_.rows(), columns);
        DrawsFile file(path_, "key", draws_.rows(), true);
        EXPECT_EQ(file.load(result), expected);
        return result;
    }
    void expect_refused(const std::string& key, Index rows, bool resume, const std::string& part) {
        try {
            const DrawsFile file(path_, key, rows, resume);
            ADD_FAILURE() << "not refused";
        } catch (const FileError& error) {
            EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
        }
    }
    const test::ScratchFolder folder_;
    const std::filesystem::path path_ = folder_.path() / "draws";
    const MatrixXd draws_ = MatrixXd::Random(5, 10);
};

TEST_F(DrawsFiles, GiveBackWhatWasKept) {
    keep(10);

    EXPECT_EQ(loaded(10, 10), draws_);
    EXPECT_EQ(loaded(7, 7), draws_.leftCols(7));  // fewer are asked for
    EXPECT_EQ(loaded(12, 10).rightCols(2), MatrixXd::Zero(5, 2));
}

TEST_F(DrawsFiles, GoOnWhereTheyEnd) {
    keep(4);
    {
        MatrixXd some = MatrixXd::Zero(5, 10);
        DrawsFile file(path_, "key", 5, true);
        ASSERT_EQ(file.load(some), 4);
        file.append(draws_, 4, 6);
    }

    EXPECT_EQ(loaded(10, 10), draws_);
}

TEST_F(DrawsFiles, GiveBackTheNotesOfTheirWaves) {
    {
        DrawsFile file(path_, "key", 5, false);
        file.append(draws_, 0, 4, "first");
        file.append(draws_, 4, 2);
        file.append(draws_, 6, 4, "last\n");
    }
    std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);
    std::vector<std::string> notes;
    MatrixXd result = MatrixXd::Zero(5, 10);

    EXPECT_EQ(DrawsFile(path_, "key", 5, true).load(result, &notes), 6);

    EXPECT_EQ(notes, (std::vector<std::string>{"first", ""}));
    EXPECT_EQ(result.leftCols(6), draws_.leftCols(6));
}

TEST_F(DrawsFiles, CutOffAnywhereTheyKeepTheWavesBefore) {
    keep(8);
    const std::string whole = test::read_file(path_);
    const std::size_t wave = 16 + 4 * 5 * 8 + 39;
    const std::size_t head = whole.size() - 2 * wave;
    for (std::size_t size = 0; size < whole.size(); size += 13) {
        folder_.write("draws", whole.substr(0, size));

        const Index expected = size < head + wave ? 0 : 4;
        MatrixXd result = MatrixXd::Zero(5, 8);
        {
            DrawsFile file(path_, "key", 5, true);
            EXPECT_EQ(file.load(result), expected) << size;
            file.append(draws_, expected, 8 - expected);
        }
        EXPECT_EQ(loaded(8, 8), draws_.leftCols(8)) << size;
    }
}

TEST_F(DrawsFiles, DoNotTrustDamagedWaves) {
    keep(8);
    std::string content = test::read_file(path_);
    content[content.size() - 100] ^= 1;
    folder_.write("draws", content);

    EXPECT_EQ(loaded(8, 4).leftCols(4), draws_.leftCols(4));
}

TEST_F(DrawsFiles, OfSomethingElseAreRefused) {
    keep(4);
    expect_refused("key", 5, false, "exists already; --resume continues it");
    expect_refused("other", 5, true, "holds draws of another ranking");
    expect_refused("key", 6, true, "holds draws of another ranking");
    folder_.write("draws", "a letter to my aunt, who asked how sure I am of all this");
    expect_refused("key", 5, true, "is no file of draws");
}

TEST_F(DrawsFiles, AreWrittenByOneRunAtATime) {
    const DrawsFile file(path_, "key", 5, false);
    expect_refused("key", 5, true, "another run writes to it");
}

TEST_F(DrawsFiles, WhereNothingCanBeWrittenAreRefused) {
    EXPECT_THROW(DrawsFile(folder_.path() / "no" / "draws", "key", 5, false), FileError);
    EXPECT_THROW(DrawsFile(folder_.path(), "key", 5, true), FileError);
}

TEST_F(DrawsFiles, ToResumeNeedNotBeThere) {
    MatrixXd none(5, 3);
    EXPECT_EQ(DrawsFile(path_, "key", 5, true).load(none), 0);
}

}  // namespace
}  // namespace narrows
