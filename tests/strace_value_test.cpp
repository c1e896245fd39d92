// What arguments stand for: numbers, strings, descriptors.

#include <refmm/spec/strace_flags.hpp>
#include <refmm/tests/strace_lines.hpp>

#include <gmock/gmock.h>

namespace refmm::strace {
namespace {

using testing::HasSubstr;

std::uint64_t number_of(std::string_view text) { return number({.text = std::string(text), .at = {1, 1}}); }

Diagnostic why_not(std::string_view text, std::uint32_t column = 1) {
  try {
    number({.text = std::string(text), .at = {7, column}});
  } catch (const InputError& error) {
    EXPECT_EQ(error.diagnostic().at.line, 7u);
    return error.diagnostic();
  }
  ADD_FAILURE() << text << " is a number";
  return {};
}

TEST(StraceNumber, is_decimal_hexadecimal_or_octal) {
  EXPECT_EQ(number_of("0"), 0u);
  EXPECT_EQ(number_of("8192"), 8192u);
  EXPECT_EQ(number_of("0x7f6f2d00d000"), 0x7f6f2d00d000u);
  EXPECT_EQ(number_of("0644"), 0644u);
  EXPECT_EQ(number_of("18446744073709551615"), ~std::uint64_t{0});
  EXPECT_EQ(number_of("NULL"), 0u);
}

TEST(StraceNumber, is_of_64_bits_if_it_is_negative) {
  EXPECT_EQ(number_of("-1"), ~std::uint64_t{0});
  EXPECT_EQ(number_of("AT_FDCWD"), 0 - std::uint64_t{100});
}

TEST(StraceNumber, may_be_flags) {
  EXPECT_EQ(number_of("PROT_NONE"), 0u);
  EXPECT_EQ(number_of("PROT_READ|PROT_WRITE|PROT_EXEC"), 7u);
  EXPECT_EQ(number_of("MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS|0x4000000"), 0x4000032u);
  EXPECT_EQ(number_of("MAP_SHARED_VALIDATE"), 3u);
  EXPECT_EQ(number_of("MREMAP_MAYMOVE|MREMAP_FIXED|MREMAP_DONTUNMAP"), 7u);
  EXPECT_EQ(number_of("MCL_CURRENT|MCL_FUTURE|MCL_ONFAULT"), 7u);
  EXPECT_EQ(number_of("MADV_DONTNEED"), 4u);
  EXPECT_EQ(number_of("MLOCK_ONFAULT"), 1u);
  EXPECT_EQ(number_of("O_RDWR|O_CREAT|O_TRUNC|O_CLOEXEC"), 02001102u);
  EXPECT_EQ(number_of("CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD"), 0x1200011u);
}

TEST(StraceNumber, may_be_shifted) {
  EXPECT_EQ(number_of("MAP_HUGETLB|21<<MAP_HUGE_SHIFT"), 0x40000u | 21u << 26);
  EXPECT_EQ(number_of("MAP_HUGETLB|30<<MAP_HUGE_SHIFT"), 0x40000u | 30u << 26);
  EXPECT_EQ(number_of("1<<63"), std::uint64_t{1} << 63);
}

TEST(StraceNumber, may_have_comments) {
  EXPECT_EQ(number_of("0x8 /* PROT_??? */"), 8u);
  EXPECT_EQ(number_of("0x7 /* MAP_??? */|MAP_ANONYMOUS"), 0x27u);
  EXPECT_EQ(number_of("0x3 /* PROT_READ|PROT_WRITE */"), 3u);
}

TEST(StraceNumber, may_be_a_descriptor_with_what_it_is) {
  EXPECT_EQ(number_of("3</usr/lib/libc.so.6>"), 3u);
  EXPECT_EQ(number_of("-1<anon_inode:[eventpoll]>"), ~std::uint64_t{0});
  EXPECT_EQ(number_of("AT_FDCWD</tmp>"), 0 - std::uint64_t{100});
}

TEST(StraceNumber, must_be_all_of_the_argument) {
  EXPECT_THAT(why_not("").found, "nothing");
  EXPECT_THAT(why_not("{st_mode=S_IFREG}").message, HasSubstr("no number"));
  EXPECT_THAT(why_not("\"file\"").message, HasSubstr("no number"));
  EXPECT_THAT(why_not("12 34").expected, "`|` and a flag");
  EXPECT_THAT(why_not("0x").message, HasSubstr("no number"));
  EXPECT_THAT(why_not("-").message, HasSubstr("no number"));
  EXPECT_THAT(why_not("12abc").message, HasSubstr("no number"));
  EXPECT_THAT(why_not("089").message, HasSubstr("no number"));
  EXPECT_THAT(why_not("PROT_READ|").found, "nothing");
  EXPECT_THAT(why_not("1<<64").expected, "a number up to 63");
  EXPECT_THAT(why_not("18446744073709551616").message, "the number is too large");
}

TEST(StraceNumber, names_the_place_of_an_unknown_flag_and_what_is_near) {
  const Diagnostic unknown = why_not("PROT_READ|PROT_WRIET", 20);
  EXPECT_EQ(unknown.at.column, 30u);
  EXPECT_THAT(unknown.message, HasSubstr("did you mean PROT_WRITE"));
  EXPECT_THAT(why_not("MPA_PRIVATE").message, HasSubstr("did you mean MAP_PRIVATE"));
  EXPECT_EQ(unknown.found, "`PROT_WRIET`");
  EXPECT_THAT(unknown.hint, HasSubstr("-X raw"));
  EXPECT_EQ(why_not(std::string(100000, 'A')).message, "there is no such flag");
}

TEST(StraceFlags, are_found_by_their_names) {
  for (const std::string_view name : flag_names()) EXPECT_TRUE(flag_value(name)) << name;
  EXPECT_EQ(flag_value("MAP_32BIT"), 0x40u);
  EXPECT_EQ(flag_value("MAP_GROWSDOWN"), 0x100u);
  EXPECT_EQ(flag_value("O_LARGEFILE"), 0100000u);
  EXPECT_EQ(flag_value("F_DUPFD_CLOEXEC"), 1030u);
  EXPECT_THAT(flag_names_like("MLOCK_ONFALT"), testing::ElementsAre("MLOCK_ONFAULT"));
  EXPECT_EQ(flag_names_like("MPA_PRIVATE").size(), flag_names().size());
  EXPECT_EQ(flag_names_like("NUL").size(), flag_names().size());
  EXPECT_FALSE(flag_value(""));
  EXPECT_FALSE(flag_value("MAP_"));
}

std::optional<std::string> descriptor_of(std::string_view text) { return descriptor({.text = std::string(text)}); }

TEST(StraceDescriptor, is_what_stands_in_brackets) {
  EXPECT_EQ(descriptor_of("3</usr/lib32/libc.so.6>"), "/usr/lib32/libc.so.6");
  EXPECT_EQ(descriptor_of("AT_FDCWD</tmp/strace-demo>"), "/tmp/strace-demo");
  EXPECT_EQ(descriptor_of("1</dev/pts/0<char 136:0>>"), "/dev/pts/0<char 136:0>");
  EXPECT_EQ(descriptor_of("4<TCP:[127.0.0.1:56906->127.0.0.1:57189]>"), "TCP:[127.0.0.1:56906->127.0.0.1:57189]");
  EXPECT_EQ(descriptor_of("4<UNIX-STREAM:[1->2,\"a>b\"]>"), "UNIX-STREAM:[1->2,\"a>b\"]");
  EXPECT_EQ(descriptor_of("6</tmp/q\\74\\76\\\"x -\\76>"), "/tmp/q<>\"x ->");
  EXPECT_EQ(descriptor_of("5</tmp/file>(deleted)"), "/tmp/file");
  EXPECT_EQ(descriptor_of("3"), std::nullopt);
  EXPECT_EQ(descriptor_of("-1"), std::nullopt);
  EXPECT_EQ(descriptor_of("3</usr"), std::nullopt);
  EXPECT_EQ(descriptor_of("21<<MAP_HUGE_SHIFT"), std::nullopt);
}

TEST(StraceString, is_without_escapes) {
  const auto bytes = [](std::string_view text) {
    const auto found = string({.text = std::string(text)});
    return found ? found->bytes : "no string";
  };
  EXPECT_EQ(bytes(R"("/etc/ld.so.cache")"), "/etc/ld.so.cache");
  EXPECT_EQ(bytes(R"("a\"b\\c\n\t")"), "a\"b\\c\n\t");
  EXPECT_EQ(bytes(R"("\177ELF\2\1\0017")"), "\177ELF\2\1\0017");
  EXPECT_EQ(bytes(R"("\x2f\x74\x6d\x70")"), "/tmp");
  EXPECT_EQ(bytes(R"("")"), "");
  EXPECT_EQ(bytes("NULL"), "no string");
  EXPECT_EQ(bytes(R"("abc)"), "no string");
  EXPECT_EQ(bytes(R"("abc\")"), "no string");
}

TEST(StraceString, may_be_cut_off) {
  EXPECT_TRUE(string({.text = R"("/usr"...)"})->cut_off);
  EXPECT_FALSE(string({.text = R"("/usr")"})->cut_off);
}

}  // namespace
}  // namespace refmm::strace
