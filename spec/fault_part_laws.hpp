// How a request for bytes of a file is divided among its pages, for every place and every length.
//
// A request is served part by part, each in one page. That every byte lies in exactly one part is an induction over the parts: of what is left
// when a part is taken this law holds again.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/sequence.hpp>

namespace refmm::fault {

inline constexpr Law every_byte_of_a_request_lies_in_one_part{
    "process.read.copies", "every_byte_of_a_request_lies_in_its_first_part_or_in_what_is_left_and_never_in_both",
    [](auto& world, auto subject) {
      using W = decltype(world.word("offset"));
      constexpr std::uint32_t page_size = i386_2_4_0.page_size;
      const W offset = world.word("offset"), len = world.word("len"), byte = world.word("byte");
      world.assume(both(len != W(0u), len <= ~W(0u) - offset));
      world.assume(byte - offset < len);
      const auto part = subject.part_of(offset, len);
      const auto in_page = both(byte / W(page_size) == part.index, (byte & W(page_size - 1)) >= part.offset);
      const auto in_part = both(in_page, (byte & W(page_size - 1)) - part.offset < part.bytes);
      const auto is_left = byte - (offset + part.bytes) < len - part.bytes;
      return all(part.bytes != W(0u), part.bytes <= len, part.offset + part.bytes <= W(page_size),
                 equivalent(in_part, negation(is_left)));
    }};

}  // namespace refmm::fault
