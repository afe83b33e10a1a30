#include "host/base/output.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;
using test::expect_parts;
using test::message_of;
using test::ScratchFolder;

TEST(WriteFile, CreatesTheFileAndLeavesNoTemporary) {
    const ScratchFolder folder;

    write_file(folder.path() / "result", "text\n");

    EXPECT_EQ(test::read_file(folder.path() / "result"), "text\n");
    EXPECT_EQ(folder.names(), Names{"result"});
}

TEST(WriteFile, WritesEveryByte) {
    const ScratchFolder folder;
    std::string bytes;
    for (int i = 0; i < 100000; ++i) bytes += static_cast<char>(i % 256);

    write_file(folder.path() / "result", bytes);

    EXPECT_EQ(test::read_file(folder.path() / "result"), bytes);
}

TEST(WriteFile, ReplacesALongerFileWhole) {
    const ScratchFolder folder;
    folder.write("result", "what was there before, longer");

    write_file(folder.path() / "result", "new");

    EXPECT_EQ(test::read_file(folder.path() / "result"), "new");
    EXPECT_EQ(folder.names(), Names{"result"});
}

TEST(WriteFile, ReplacesByRenameSoThatReadersKeepTheOldFile) {
    const ScratchFolder folder;
    const std::string path = folder.write("result", "old");
    fs::create_hard_link(path, folder.path() / "reader");

    write_file(path, "new");

    EXPECT_EQ(test::read_file(folder.path() / "reader"), "old");
}

TEST(WriteFile, KeepsALinkAndReplacesWhatItNames) {
    const ScratchFolder folder;
    const std::string real = folder.write("real", "old");
    const auto link = folder.path() / "link";
    std::filesystem::create_symlink(real, link);

    write_file(link, "new");

    EXPECT_TRUE(std::filesystem::is_symlink(link));
    EXPECT_EQ(test::read_file(real), "new");
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"link", "real"}));
}

TEST(WriteFile, RefusesAMissingFolder) {
    const ScratchFolder folder;
    const fs::path path = folder.path() / "absent" / "result";

    const std::string message = message_of<FileError>([&] { write_file(path, "text"); });

    expect_parts(message, {path.string(), "cannot write", "No such file or directory"});
    EXPECT_TRUE(folder.names().empty());
}

TEST(WriteFile, RefusesAFileAsFolder) {
    const ScratchFolder folder;
    const fs::path path = fs::path(folder.write("file", "text")) / "result";

    const std::string message = message_of<FileError>([&] { write_file(path, "text"); });

    expect_parts(message, {path.string(), "cannot write", "Not a directory"});
    EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(WriteFile, RefusesAFolderInItsPlace) {
    const ScratchFolder folder;
    fs::create_directory(folder.path() / "result");

    const std::string message =
        message_of<FileError>([&] { write_file(folder.path() / "result", "text"); });

    expect_parts(message, {"result: cannot write: is a folder"});
    EXPECT_EQ(folder.names(), Names{"result"});
}

TEST(WriteFile, ReportsAFullDevice) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";

    const std::string message = message_of<FileError>([] { write_file("/dev/full", "text"); });

    expect_parts(message, {"/dev/full: cannot write: No space left on device"});
    EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST(WriteFile, WritesThroughADevice) {
    write_file("/dev/null", "text");

    EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(WriteFile, RefusesAFolderThatNobodyMayWriteTo) {
    if (!fs::is_directory("/proc/self")) GTEST_SKIP() << "there is no /proc";

    const std::string message = message_of<FileError>([] { write_file("/proc/result", "text"); });

    expect_parts(message, {"/proc/result: cannot write"});
}

TEST(WriteFile, LeavesNothingInAReadOnlyFolder) {
    if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
    const ScratchFolder folder;
    folder.write("result", "old");
    chmod(folder.path().c_str(), 0500);

    const std::string message =
        message_of<FileError>([&] { write_file(folder.path() / "result", "new"); });

    chmod(folder.path().c_str(), 0700);
    expect_parts(message, {"result", "cannot write", "Permission denied"});
    EXPECT_EQ(folder.names(), Names{"result"});
    EXPECT_EQ(test::read_file(folder.path() / "result"), "old");
}

/// Runs `action` in another process that is killed in the middle of the write that takes a file
/// beyond 1000 bytes.
template <class Action>
void expect_killed_in_mid_write(Action action) {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit limit{1000, 1000};
        setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, [](int) { kill(getpid(), SIGKILL); });
        action();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
}

TEST(WriteFile, LeavesTheOldFileOrNoneWhereItIsKilledInMidWrite) {
    const ScratchFolder folder;
    folder.write("old", "what was there before");
    const std::string large(100000, 'x');

    expect_killed_in_mid_write([&] { write_file(folder.path() / "old", large); });
    expect_killed_in_mid_write([&] { write_file(folder.path() / "new", large); });

    EXPECT_EQ(test::read_file(folder.path() / "old"), "what was there before");
    EXPECT_FALSE(fs::exists(folder.path() / "new"));
}

TEST(OutputFolder, IsNotThereWhereItIsKilledInMidWrite) {
    const ScratchFolder folder;

    expect_killed_in_mid_write([&] {
        OutputFolder out(folder.path() / "table");
        out.write("a", "1");
        out.write("b", std::string(100000, 'x'));
        out.commit();
    });

    EXPECT_FALSE(fs::exists(folder.path() / "table"));
}

TEST(OutputFolder, AppearsWithItsFilesOnCommit) {
    const ScratchFolder folder;
    OutputFolder out(folder.path() / "table");
    out.write("a", "1");
    out.write("b", "2");
    const bool visible_before = fs::exists(folder.path() / "table");

    out.commit();

    EXPECT_FALSE(visible_before);
    EXPECT_EQ(folder.names(), Names{"table"});
    EXPECT_EQ(test::read_file(folder.path() / "table" / "a"), "1");
    EXPECT_EQ(test::read_file(folder.path() / "table" / "b"), "2");
}

TEST(OutputFolder, StaysAfterTheObjectIsGone) {
    const ScratchFolder folder;

    {
        OutputFolder out(folder.path() / "table");
        out.write("a", "1");
        out.commit();
    }

    EXPECT_EQ(test::read_file(folder.path() / "table" / "a"), "1");
}

TEST(OutputFolder, LeavesNothingWithoutCommit) {
    const ScratchFolder folder;

    {
        const OutputFolder out(folder.path() / "table");
        out.write("a", "1");
    }

    EXPECT_TRUE(folder.names().empty());
}

TEST(OutputFolder, LeavesNothingWhenAWriteFails) {
    const ScratchFolder folder;

    const std::string message = message_of<FileError>([&] {
        const OutputFolder out(folder.path() / "table");
        out.write("a", "1");
        out.write("absent/b", "2");
    });

    expect_parts(message, {"table/absent/b: cannot write"});
    EXPECT_EQ(message.find(".tmp."), std::string::npos) << message;
    EXPECT_TRUE(folder.names().empty());
}

TEST(OutputFolder, TakesANameThatEndsInASlash) {
    const ScratchFolder folder;

    OutputFolder out(folder.path() / "table" / "");
    out.write("a", "1");
    out.commit();

    EXPECT_EQ(folder.names(), Names{"table"});
    EXPECT_EQ(test::read_file(folder.path() / "table" / "a"), "1");
}

TEST(OutputFolder, RefusesAnExistingFolderAndLeavesItAlone) {
    const ScratchFolder folder;
    fs::create_directory(folder.path() / "table");

    const std::string message =
        message_of<FileError>([&] { OutputFolder(folder.path() / "table"); });

    expect_parts(message, {"table: already exists"});
    EXPECT_EQ(folder.names(), Names{"table"});
}

TEST(OutputFolder, RefusesAnExistingFile) {
    const ScratchFolder folder;
    folder.write("table", "text");

    const std::string message =
        message_of<FileError>([&] { OutputFolder(folder.path() / "table"); });

    expect_parts(message, {"table: already exists"});
    EXPECT_EQ(test::read_file(folder.path() / "table"), "text");
}

TEST(OutputFolder, RefusesAMissingParent) {
    const ScratchFolder folder;

    const std::string message =
        message_of<FileError>([&] { OutputFolder(folder.path() / "absent" / "table"); });

    expect_parts(message, {"absent/table: cannot create: No such file or directory"});
    EXPECT_TRUE(folder.names().empty());
}

TEST(OutputFolder, RefusesAnEmptyName) {
    const std::string message = message_of<ArgumentError>([] { OutputFolder(""); });

    expect_parts(message, {"empty"});
}

TEST(OutputFolder, SaysSoWhereItsTemporaryNameIsTaken) {
    const ScratchFolder folder;
    const std::string temporary = "table.tmp." + std::to_string(getpid());
    folder.write(temporary, "of another run");

    const std::string message =
        message_of<FileError>([&] { OutputFolder(folder.path() / "table"); });

    expect_parts(message, {"table: cannot create: File exists"});
    EXPECT_EQ(folder.names(), Names{temporary});
}

TEST(OutputFolder, RefusesToReplaceWhatAppearedMeanwhile) {
    const ScratchFolder folder;

    const std::string message = message_of<FileError>([&] {
        OutputFolder out(folder.path() / "table");
        out.write("a", "1");
        folder.write("table", "of somebody else");
        out.commit();
    });

    expect_parts(message, {"table: cannot create"});
    EXPECT_EQ(folder.names(), Names{"table"});
    EXPECT_EQ(test::read_file(folder.path() / "table"), "of somebody else");
}

TEST(OutputFolder, IsRemovedWhenASignalArrivesWhileItIsWritten) {
    const ScratchFolder folder;
    const pid_t child = fork();
    if (child == 0) {
        try {
            OutputFolder out(folder.path() / "out");
            out.write("a.csv", "1");
            std::raise(SIGTERM);
            out.write("b.csv", "2");
            out.commit();
        } catch (const Interrupted&) {  // the folder is removed, then the signal takes effect
        }
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);

    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
    EXPECT_EQ(folder.names(), Names{});
}

TEST(ReplaceFile, ReplacesOnlyWhenComplete) {
    const ScratchFolder folder;
    const std::string path = folder.write("file", "old");

    replace_file(path, [&](const fs::path& temporary) {
        TextFile file(temporary, path);
        file.write("new ");
        EXPECT_EQ(test::read_file(path), "old");
        file.write("text");
        file.close();
    });

    EXPECT_EQ(test::read_file(path), "new text");
    EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(ReplaceFile, LeavesTheOldFileWhenItsWriterFails) {
    const ScratchFolder folder;
    const std::string path = folder.write("file", "old");

    EXPECT_THROW(replace_file(path, [](const fs::path&) { throw TableError("no"); }), TableError);

    EXPECT_EQ(test::read_file(path), "old");
    EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(ReplaceFile, LeavesTheOldFileWhenASignalArrives) {
    const ScratchFolder folder;
    const std::string path = folder.write("file", "old");
    const pid_t child = fork();
    if (child == 0) {
        try {
            replace_file(path, [&](const fs::path& temporary) {
                TextFile file(temporary, path);
                file.write("new");
                file.close();
                std::raise(SIGTERM);
            });
        } catch (const Interrupted&) {  // the new file is removed, then the signal takes effect
        }
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);

    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
    EXPECT_EQ(test::read_file(path), "old");
    EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(TextFile, NamesTheFileThatCannotBeWritten) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";

    const std::string large(100000, 'x');
    TextFile file("/dev/full", "shown");

    expect_parts(message_of<FileError>([&] { file.write(large); }),
                 {"shown: cannot write: No space left on device"});
    expect_parts(message_of<FileError>([] { TextFile("/nowhere/file", "shown"); }),
                 {"shown: cannot write: No such file or directory"});
}

TEST(CreateFile, AppearsOnlyWhenComplete) {
    const ScratchFolder folder;
    const std::filesystem::path path = folder.path() / "file";

    create_file(path, [&](const std::filesystem::path& temporary) {
        EXPECT_FALSE(std::filesystem::exists(path));
        std::ofstream(temporary) << "text";
    });

    EXPECT_EQ(test::read_file(path), "text");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"file"});
}

TEST(CreateFile, LeavesNothingWhenItsWriterFailsAndNeverReplacesAFile) {
    const ScratchFolder folder;
    const std::string kept = folder.write("kept", "text");
    const auto nothing = [](const std::filesystem::path&) {};

    EXPECT_THROW(create_file(folder.path() / "file",
                             [](const std::filesystem::path&) { throw TableError("no"); }),
                 TableError);
    EXPECT_THROW(create_file(kept, nothing), FileError);
    EXPECT_THROW(create_file(folder.path() / "absent" / "file", nothing), FileError);
    EXPECT_THROW(create_file("", nothing), ArgumentError);

    EXPECT_EQ(test::read_file(kept), "text");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"kept"});
}

TEST(OutputFolder, HoldsFolders) {
    const ScratchFolder folder;
    OutputFolder out(folder.path() / "table");
    out.add_folder("inner");
    out.write("inner/file", "text");
    EXPECT_THROW(out.add_folder("inner"), FileError);
    out.commit();
    EXPECT_EQ(test::read_file(folder.path() / "table" / "inner" / "file"), "text");
}

}  // namespace
}  // namespace narrows
