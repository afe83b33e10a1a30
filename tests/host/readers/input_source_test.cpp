#include "host/readers/input_source.hpp"

#include <filesystem>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/archives.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;
using test::expect_parts;
using test::gzip;
using test::Member;
using test::message_of;
using test::ScratchFolder;
using test::tar_gz;
using test::zip;
using Names = std::vector<std::string>;
using Kind = Member::Kind;

InputSource source(std::string bytes, const std::string& name = "archive") {
    return InputSource(InputFile(name, std::move(bytes)));
}
std::string text(const InputSource& from, const std::string& name) {
    return std::string(from.open(name).bytes());
}

TEST(InputFile, MapsAFileAndGivesItBackAfterRelease) {
    const ScratchFolder folder;
    std::string bytes;
    for (int i = 0; bytes.size() < 100000; ++i) bytes += std::to_string(i);
    const InputFile file(fs::path(folder.write("x.csv", bytes)));

    file.release(file.bytes());
    file.release(file.bytes().substr(5000, 20000));
    file.release({});

    EXPECT_EQ(file.bytes(), bytes);
}

TEST(InputFile, RefusesWhatIsNoRegularFile) {
    const ScratchFolder folder;
    const fs::path pipe = folder.path() / "pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    const fs::path loop = folder.path() / "loop";
    fs::create_symlink("loop", loop);

    expect_parts(message_of<FileError>([&] { InputFile{folder.path()}; }), {"is a folder"});
    expect_parts(message_of<FileError>([&] { InputFile{pipe}; }), {"not a regular file"});
    expect_parts(message_of<FileError>([&] { InputFile{loop}; }), {"cannot read"});
    expect_parts(message_of<FileError>([&] { InputFile{folder.path() / "none"}; }),
                 {"No such file"});
}

TEST(InputFile, RefusesASocket) {
    const ScratchFolder folder;
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const std::string path = (folder.path() / "socket").string();
    ASSERT_LT(path.size(), sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);

    message_of<FileError>([&] { InputFile{fs::path(path)}; });
    message_of<FileError>([&] { InputSource{fs::path(path)}; });
    close(socket);
}

TEST(InputFile, SaysThatPermissionIsLacking) {
    if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
    const ScratchFolder folder;
    const std::string path = folder.write("x.csv", "1");
    ASSERT_EQ(chmod(path.c_str(), 0), 0);

    expect_parts(message_of<FileError>([&] { InputFile{fs::path(path)}; }), {"Permission denied"});
}

TEST(InputSource, IsOneFileByItsOwnName) {
    const ScratchFolder folder;
    const InputSource from(fs::path(folder.write("table.csv", "a,b")));

    EXPECT_TRUE(from.is_single_file());
    EXPECT_EQ(from.names(), (Names{"table.csv"}));
    EXPECT_EQ(text(from, "table.csv"), "a,b");
    EXPECT_EQ(from.head("table.csv", 2), "a,");
    EXPECT_EQ(from.open("table.csv").path(), (folder.path() / "table.csv").string());
}

TEST(InputSource, IsAFileUnderGzipByItsNameWithoutGz) {
    const ScratchFolder folder;
    const InputSource from(fs::path(folder.write("table.csv.gz", gzip("a,b"))));

    EXPECT_EQ(from.names(), (Names{"table.csv"}));
    EXPECT_EQ(text(from, "table.csv"), "a,b");
    EXPECT_EQ(from.head("table.csv", 2), "a,");
}

TEST(InputSource, ListsAFolderWithTheFoldersInIt) {
    const ScratchFolder folder;
    folder.write("b.txt", "b");
    folder.write("a.txt.gz", gzip("a"));
    folder.write(".hidden", "");
    fs::create_directories(folder.path() / "inner/.git");
    folder.write("inner/c.txt", "c");
    folder.write("inner/.git/config", "");

    const InputSource from(folder.path());

    EXPECT_FALSE(from.is_single_file());
    EXPECT_EQ(from.names(), (Names{"a.txt", "b.txt", "inner/c.txt"}));
    EXPECT_EQ(text(from, "a.txt"), "a");
    EXPECT_EQ(text(from, "inner/c.txt"), "c");
    EXPECT_EQ(from.head("a.txt"), "a");
    EXPECT_EQ(from.folder_of("inner/c.txt").names(), (Names{"c.txt"}));
    EXPECT_EQ(text(from.folder_of("inner/c.txt"), "c.txt"), "c");
    EXPECT_EQ(from.folder_of("b.txt").names(), from.names());
}

TEST(InputSource, RefusesAFileBesideItselfUnderGzip) {
    const ScratchFolder folder;
    folder.write("a.txt", "a");
    folder.write("a.txt.gz", gzip("a"));

    expect_parts(message_of<FileError>([&] { InputSource{folder.path()}; }), {"two files 'a.txt'"});
}

TEST(InputSource, IsNeverWithoutAFile) {
    const ScratchFolder folder;
    folder.write(".hidden", "");

    const Names parts = {"holds no file"};
    expect_parts(message_of<FileError>([&] { InputSource{folder.path()}; }), parts);
    expect_parts(message_of<FileError>([&] { InputSource("memory", {}); }), parts);
    expect_parts(message_of<FileError>([&] { source(zip({{"a/", "", Kind::folder}})); }), parts);
}

TEST(InputSource, DoesNotFollowFoldersInACircle) {
    const ScratchFolder folder;
    folder.write("a.txt", "a");
    fs::create_directory_symlink(folder.path(), folder.path() / "again");
    fs::create_directory_symlink("loop", folder.path() / "loop");

    const InputSource from(folder.path());

    EXPECT_EQ(from.names(), (Names{"a.txt", "loop"}));
    message_of<FileError>([&] { from.head("loop"); });
}

TEST(InputSource, DoesNotWaitForAPipeInAFolder) {
    const ScratchFolder folder;
    ASSERT_EQ(mkfifo((folder.path() / "Z.csv").c_str(), 0600), 0);
    const InputSource from(folder.path());

    message_of<FileError>([&] { from.head("Z.csv"); });
    message_of<FileError>([&] { from.open("Z.csv"); });
}

TEST(InputSource, FindsNamesInAnyFolderTheLeastDeepFirst) {
    const InputSource from("memory", {{"x/y/Z.csv", "deep"},
                                      {"b/z.CSV", "shallow"},
                                      {"c/Z.csv", "later"},
                                      {"aZ.csv", "another"}});

    EXPECT_EQ(from.find("Z.csv"), "b/z.CSV");
    EXPECT_EQ(from.find("y/z.csv"), "x/y/Z.csv");
    EXPECT_EQ(from.find("az.csv"), "aZ.csv");
    EXPECT_FALSE(from.has("csv"));
    EXPECT_EQ(from.open_found("Z.csv").bytes(), "shallow");
    EXPECT_EQ(from.open_found("Z.csv").path(), "memory/b/z.CSV");
    expect_parts(message_of<FileError>([&] { from.open_found("F.csv"); }), {"memory/F.csv"});
    expect_parts(message_of<FileError>([&] { from.open("Z.csv"); }), {"'Z.csv' is missing"});
    expect_parts(message_of<FileError>([&] { from.head("Z.csv"); }), {"'Z.csv' is missing"});
}

TEST(InputSource, KeepsAWorkbookAsOneFile) {
    const std::string workbook = zip({{"[Content_Types].xml", "<x/>"}, {"xl/workbook.xml", ""}});
    const InputSource from = source(workbook, "folder/t.xlsx");

    EXPECT_EQ(from.names(), (Names{"t.xlsx"}));
    EXPECT_EQ(text(from, "t.xlsx"), workbook);
    EXPECT_TRUE(is_workbook(from.head("t.xlsx")));
    EXPECT_EQ(source(gzip(workbook), "t.xlsx.gz").names(), (Names{"t.xlsx"}));
    EXPECT_FALSE(is_workbook(zip({{"data.csv", "xl/workbook.xml"}})));
}

/// The same files as .zip and .tar.gz.
class Archives : public testing::TestWithParam<bool> {
  public:
    static std::string archive(const std::vector<Member>& members) {
        return GetParam() ? zip(members) : tar_gz(members);
    }
    static void expect_refused(const std::vector<Member>& members, const Names& parts) {
        expect_parts(message_of<FileError>([&] { source(archive(members)); }), parts);
    }
};
INSTANTIATE_TEST_SUITE_P(InputSource, Archives, testing::Bool(), [](const auto& is_zip) {
    return std::string(is_zip.param ? "zip" : "tar_gz");
});

TEST_P(Archives, GiveTheBytesOfTheirFiles) {
    std::string large;
    for (std::size_t i = 0; large.size() < 3000000; ++i) large += std::to_string(i * i) + ",";
    const ScratchFolder folder;
    const std::string bytes =
        archive({{"a.csv", "1,2"}, {"in/b.csv.gz", gzip(large)}, {"in/c.csv", large}});
    const InputSource from(fs::path(folder.write("t.bin", bytes)));

    EXPECT_EQ(from.names(), (Names{"a.csv", "in/b.csv", "in/c.csv"}));
    EXPECT_EQ(text(from, "a.csv"), "1,2");
    EXPECT_EQ(text(from, "in/b.csv"), large);
    EXPECT_EQ(text(from, "in/c.csv"), large);
    for (const char* name : {"in/b.csv", "in/c.csv"}) {
        EXPECT_EQ(from.head(name), large.substr(0, 4096));
        EXPECT_EQ(from.head(name, 10), large.substr(0, 10));
        EXPECT_EQ(from.head(name, 100000), large.substr(0, 100000));
    }
    const InputSource inner = from.folder_of("in/c.csv");
    EXPECT_EQ(inner.names(), (Names{"b.csv", "c.csv"}));
    EXPECT_EQ(text(inner, "b.csv"), large);
    EXPECT_EQ(inner.head("c.csv"), large.substr(0, 4096));
    EXPECT_EQ(inner.open("c.csv").path(), folder.path().string() + "/t.bin/in/c.csv");
}

TEST_P(Archives, LoseTheOneFolderThatHoldsAll) {
    const InputSource from = source(archive(
        {{"t/", "", Kind::folder}, {"t/a.csv", "1"}, {"t/b/c.csv", "2"}, {"__MACOSX/t/x", ""}}));

    EXPECT_EQ(from.names(), (Names{"a.csv", "b/c.csv"}));
    EXPECT_EQ(text(from, "b/c.csv"), "2");
}

TEST_P(Archives, MayBeginTheirNamesWithADot) {
    const InputSource from =
        source(archive({{"./", "", Kind::folder}, {"./a.csv", "1"}, {"./.b", "2"}, {"./c", "3"}}));

    EXPECT_EQ(from.names(), (Names{"a.csv", "c"}));
    EXPECT_EQ(text(from, "a.csv"), "1");
}

TEST_P(Archives, MayHoldEmptyFiles) {
    EXPECT_EQ(text(source(archive({{"a", ""}, {"b", ""}})), "b"), "");
}

TEST_P(Archives, AreRefusedWithNamesThatLeadOut) {
    expect_refused({{"a", "1"}, {"../x", "1"}}, {"'../x'", "inside the archive"});
    expect_refused({{"a/../../x", "1"}}, {"inside the archive"});
    expect_refused({{"/x", "1"}}, {"'/x'"});
    expect_refused({{"..\\x", "1"}}, {"inside the archive"});
    expect_refused({{std::string(5000, 'x'), "1"}}, {"inside the archive"});
}

TEST_P(Archives, AreRefusedWithLinks) {
    expect_refused({{"a", "1"}, {"b", "/etc/passwd", Kind::symbolic_link}}, {"the link 'b'"});
}

TEST(InputSource, RefusesHardLinksInATar) {
    expect_parts(message_of<FileError>([] {
                     source(tar_gz({{"a", "1"}, {"b", "a", Kind::hard_link}}));
                 }),
                 {"the link 'b'"});
}

TEST(InputSource, PassesOverPipesInATar) {
    EXPECT_EQ(source(tar_gz({{"a", "1"}, {"b", "", Kind::pipe}})).names(), (Names{"a"}));
}

TEST_P(Archives, AreRefusedWithTwoFilesOfOneName) {
    expect_refused({{"a", "1"}, {"a", "2"}}, {"two files 'a'"});
    expect_refused({{"a", "1"}, {"./a", "2"}}, {"two files 'a'"});
    expect_refused({{"a", "1"}, {"a.gz", gzip("2")}}, {"two files 'a'"});
}

TEST_P(Archives, AreRefusedWithTooManyFiles) {
    std::vector<Member> members;
    for (int i = 0; i < 20001; ++i) members.push_back({std::to_string(i)});

    expect_refused(members, {"more than 20000 files"});

    members.pop_back();
    EXPECT_EQ(source(archive(members)).names().size(), 20000U);
}

TEST_P(Archives, MayHaveNamesThatAreNotUtf8) {
    const InputSource from = source(archive({{"l\xE4nder.csv", "1"}, {"b", "2"}}));

    ASSERT_EQ(from.names().size(), 2U);
    EXPECT_EQ(text(from, from.names()[1]), "1");
}

TEST_P(Archives, AreRefusedWhereverTheyAreCutOff) {
    const std::string bytes = archive({{"a.csv", "1,2,3,4"}, {"b.csv", std::string(3000, 'x')}});
    for (std::size_t size = 4; size < bytes.size(); ++size) {
        EXPECT_THROW(source(bytes.substr(0, size), "t.tar.gz"), FileError) << size;
    }
}

TEST_P(Archives, AreRefusedOrReadButNeverCrashWithADamagedByte) {
    const std::vector<Member> members = {{"a.csv", "1,2,3,4"}, {"b.csv", std::string(300, 'x')}};
    const std::string bytes = archive(members);
    int num_wrong = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        try {
            const InputSource from = source(damaged, "t.tar.gz");
            for (const std::string& name : from.names()) {
                const std::string content = text(from, name);
                // Names are under no sum in a zip; contents are.
                if (content != members[0].content && content != members[1].content) ++num_wrong;
            }
        } catch (const FileError&) {
        }
    }
    EXPECT_LE(num_wrong, 4);  // the first four bytes: no longer an archive, but a file
}

TEST(InputSource, RefusesAGzipFileThatIsCutOffOrDamaged) {
    std::string content;
    for (int i = 0; i < 500; ++i) content += std::to_string(i * i);
    const std::string bytes = gzip(content);
    const auto read = [](std::string damaged) {
        return text(source(std::move(damaged), "t.csv.gz"), "t.csv");
    };
    ASSERT_EQ(read(bytes), content);
    for (std::size_t size = 2; size < bytes.size(); ++size) {
        EXPECT_THROW(read(bytes.substr(0, size)), FileError) << size;
    }
    for (std::size_t at = bytes.size() - 8; at < bytes.size(); ++at) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        expect_parts(message_of<FileError>([&] { read(damaged); }),
                     {"t.csv.gz: damaged gzip file: incorrect"});
    }
    expect_parts(message_of<FileError>([&] { read(bytes + "x"); }), {"behind its end"});
    EXPECT_EQ(read(bytes + std::string(600, '\0')), content);
    EXPECT_EQ(read(bytes + gzip("more")), content + "more");
    EXPECT_EQ(read(gzip("")), "");
}

TEST(InputSource, RefusesAZipWhoseSumIsWrong) {
    const std::string content(300, 'x');
    Member member{"b.csv", content};
    const std::string right = zip({member, {"c", ""}});
    const auto at = right.find("PK\x01\x02");
    std::string wrong = right;
    wrong[at + 16] = static_cast<char>(wrong[at + 16] ^ 1);  // the central directory's sum
    wrong[14] = static_cast<char>(wrong[14] ^ 1);            // the file's own

    ASSERT_EQ(text(source(right), "b.csv"), content);
    expect_parts(message_of<FileError>([&] { text(source(wrong), "b.csv"); }),
                 {"archive/b.csv: damaged archive", "CRC"});
}

TEST(InputSource, SaysThatAFileIsEncrypted) {
    Member member{"b.csv", "1,2,3"};
    member.encrypted = true;
    const InputSource from = source(zip({member, {"c", "1"}}));

    expect_parts(message_of<FileError>([&] { text(from, "b.csv"); }),
                 {"archive/b.csv: is encrypted"});
    expect_parts(message_of<FileError>([&] { from.head("b.csv"); }), {"is encrypted"});
    EXPECT_EQ(text(from, "c"), "1");
}

constexpr std::size_t bomb = std::size_t{1} << 30;

/// The address sanitizer keeps what was freed, so that its peak is not the program's.
void expect_growth_below([[maybe_unused]] double mib, [[maybe_unused]] double before) {
#ifndef __SANITIZE_ADDRESS__
    EXPECT_LT(test::peak_mib() - before, mib);
#endif
}

TEST(InputSource, RefusesAGzipBombWithoutUnpackingItAll) {
    std::string bytes;
    const std::string part = gzip(std::string(std::size_t{16} << 20, '\0'));
    for (std::size_t done = 0; done < bomb; done += std::size_t{16} << 20) bytes += part;
    const InputSource from = source(bytes, "t.csv.gz");
    test::reset_peak();
    const double before = test::peak_mib();

    expect_parts(message_of<FileError>([&] { from.open("t.csv"); }),
                 {"expands to more than 256 MiB and 100 times its size"});
    EXPECT_EQ(from.head("t.csv", 10), std::string(10, '\0'));

    expect_growth_below(700.0, before);
    message_of<FileError>([&] { source(bytes, "t.tar.gz"); });
}

TEST(InputSource, RefusesAZipBombWithoutUnpackingItAll) {
    Member honest{"t.csv"};
    honest.deflated = test::deflated_zeros(bomb);
    honest.size = static_cast<std::uint32_t>(bomb);
    Member lying = honest;
    lying.size = 10;
    test::reset_peak();
    const double before = test::peak_mib();

    for (const Member& member : {honest, lying}) {
        const InputSource from = source(zip({member}));
        expect_parts(message_of<FileError>([&] { from.open("t.csv"); }), {"archive/t.csv: "});
    }

    expect_growth_below(700.0, before);
}

TEST(InputSource, RefusesAbsurdDeclaredSizes) {
    Member member{"t.csv", "1,2,3"};
    member.size = 0xFFFFFFF0U;
    const InputSource zipped = source(zip({member}));
    message_of<FileError>([&] { zipped.open("t.csv"); });

    std::string tar = test::tar({{"a", "1"}, {"b", "2"}});
    for (const std::string& size :
         {std::string("77777777777 "),
          std::string("\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),
          std::string("\x80\0\0\0\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 12),
          std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")}) {
        std::string header = tar.substr(0, 512);
        header.replace(124, 12, size);
        header.replace(148, 8, "        ");
        unsigned sum = 0;
        for (const char c : header) sum += static_cast<unsigned char>(c);
        char digits[8];
        std::snprintf(digits, sizeof digits, "%06o", sum);
        header.replace(148, 7, digits, 7);
        EXPECT_THROW(source(gzip(header + tar.substr(512))), FileError) << size;
    }
}

TEST(InputSource, ReadsFilesInMemoryAsThoseOnDisk) {
    const InputSource from("memory", {{"a.csv.gz", gzip("1")}, {"b", "2"}, {".c", "3"}});

    EXPECT_EQ(from.names(), (Names{"a.csv", "b"}));
    EXPECT_EQ(text(from, "a.csv"), "1");
    EXPECT_EQ(from.head("a.csv"), "1");
    EXPECT_EQ(from.open("b").path(), "memory/b");
    std::map<std::string, std::string> many;
    for (int i = 0; i < 20001; ++i) many[std::to_string(i)];
    expect_parts(message_of<FileError>([&] { InputSource("memory", many); }), {"20000 files"});
}

}  // namespace
}  // namespace narrows
