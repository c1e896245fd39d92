#include <refmm/spec/error_names.hpp>
#include <refmm/spec/nearest.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace refmm {
namespace {

/// From 1 on, `-` where no error was ever given the number. 2.4.0 has no 125 itself, only room for it.
constexpr std::string_view all_names =
    "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD "
    "EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR "
    "EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS "
    "EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP "
    "- ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI "
    "EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR "
    "ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM "
    "EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD "
    "ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE "
    "EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE "
    "EADDRNOTAVAIL ENETDOWN "
    "ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT "
    "ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM "
    "EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED";

const std::vector<std::string_view>& names() {
  static const std::vector<std::string_view> split = [] {
    std::vector<std::string_view> words;
    for (std::size_t begin = 0; begin < all_names.size();) {
      const std::size_t end = std::min(all_names.find(' ', begin), all_names.size());
      words.push_back(all_names.substr(begin, end - begin));
      begin = end + 1;
    }
    return words;
  }();
  return split;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> other_spellings{
    {{"EWOULDBLOCK", "EAGAIN"}, {"EDEADLOCK", "EDEADLK"}, {"ENOTSUP", "EOPNOTSUPP"}}};

}  // namespace

std::string error_name(std::uint32_t number) {
  const std::string_view name = names().at(number - 1);
  return name == "-" ? fmt::format("ERRNO_{}", number) : std::string(name);
}

std::optional<std::uint32_t> error_number(std::string_view name) {
  for (const auto& [other, usual] : other_spellings) {
    if (name == other) name = usual;
  }
  for (std::uint32_t number = 1; number <= names().size(); ++number) {
    if (name == error_name(number)) return number;
  }
  return std::nullopt;
}

std::string nearest_error_name(std::string_view typed) {
  constexpr std::size_t longest = 20;  // what is longer is no slip of the pen
  if (typed.size() > longest) return "";
  const auto near = nearest(typed, names(), 1);
  return near.empty() ? "" : std::string(near.front());
}

}  // namespace refmm
