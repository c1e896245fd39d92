// Ways to break the laws about what programs have and do themselves, whatever is called.
#include <refmm/tests/malloc_step_laws_tamperings.hpp>

#include <vector>

namespace refmm::malloc {

std::vector<Tampering> tamperings_of_blocks() {
  return {
      // Blocks stay as they are.
      {"no_call_changes_a_block_of_the_program", "malloc(16)\nstore_word(0x0804b008, 65)\nmalloc(16)\n",
       write_after<0x0804b008, 0>},
      {"no_call_changes_a_block_of_the_program",
       "malloc(13)\nmalloc(16)\nstore_byte(0x0804b014, 65)\nfree(0x0804b020)\n", write_after<0x0804b014, 0>},
      {"no_call_changes_a_block_of_the_program",
       "malloc(16)\nmalloc(16)\nstore_word(0x0804b008, 65)\nrealloc(0x0804b020, 40)\n",
       write_after<0x0804b008, 66>},
      {"no_call_changes_a_block_of_the_program", "malloc(200000)\nstore_word(0x40000008, 65)\nmalloc(200000)\n",
       write_after<0x40000008, 0>},
      {"no_call_changes_a_block_of_the_program", "malloc(16)\nload_word(0x0804b008)\n",
       write_after<0x0804b008, 65>},
      {"a_refused_call_leaves_the_blocks", "malloc(16)\nmalloc(4294967295)\n", forget_blocks},
      {"a_refused_call_leaves_the_blocks", "malloc(16)\nmalloc(4294967295)\n",
       [](Carried& made) {
         made.after.blocks.push_back({0x0804b020, 16});
       }},
      {"a_refused_call_leaves_the_blocks", "malloc(16)\nset rlimit_as=4096\nrealloc(0x0804b008, 200000)\n",
       [](Carried& made) { made.after.blocks[0].bytes = 200000; }},
      {"a_refused_call_leaves_the_blocks", "malloc(16)\nset rlimit_data=8192\nsbrk(65536)\n", forget_blocks},

      // Sizes.
      {"malloc_usable_size_is_what_the_chunk_has", "malloc(13)\nmalloc_usable_size(0x0804b008)\n",
       return_number<13>},
      {"malloc_usable_size_is_what_the_chunk_has", "malloc(200000)\nmalloc_usable_size(0x40000008)\n",
       return_number<200700>},
      {"malloc_usable_size_of_null_is_nothing", "malloc_usable_size(NULL)\n", return_number<1>},
      {"malloc_usable_size_of_null_is_nothing", "malloc(13)\nmalloc_usable_size(NULL)\n", forget_blocks},
      {"malloc_usable_size_is_what_the_chunk_has", "malloc(13)\nmalloc_usable_size(0x0804b008)\n",
       [](Carried& made) { made.after.blocks[0].bytes = 20; }},

      // Accesses. The heap ends at 0x0804c000, and nothing is mapped behind it.
      {"accesses_where_nothing_is_mapped_end_the_program", "malloc(16)\nload_byte(0x0804bfff)\n",
       refuse<Refusal::not_mapped>},
      {"accesses_where_nothing_is_mapped_end_the_program", "malloc(16)\nload_byte(0x0804c000)\n",
       return_number<0>},
      {"accesses_where_nothing_is_mapped_end_the_program", "malloc(16)\nload_word(0x0804bffc)\n",
       refuse<Refusal::not_mapped>},
      {"accesses_where_nothing_is_mapped_end_the_program", "malloc(16)\nload_word(0x0804bffd)\n",
       return_number<0>},
      {"accesses_where_nothing_is_mapped_end_the_program", "malloc(16)\nstore_byte(0x0804bfff, 1)\n",
       refuse<Refusal::not_mapped>},
      {"accesses_where_nothing_is_mapped_end_the_program", "malloc(16)\nstore_byte(0x0804c000, 1)\n",
       return_nothing},
      {"accesses_where_nothing_is_mapped_end_the_program", "malloc(16)\nstore_word(0x0804bffc, 1)\n",
       refuse<Refusal::not_mapped>},
      {"accesses_where_nothing_is_mapped_end_the_program", "malloc(16)\nstore_word(0x0804bffd, 1)\n",
       return_nothing},
      {"accesses_where_nothing_is_mapped_end_the_program", "malloc(16)\nmemset(0x0804b008, 1, 16)\n",
       refuse<Refusal::not_mapped>},
      {"accesses_where_nothing_is_mapped_end_the_program", "malloc(16)\nmemset(0x0804c000, 1, 0)\n",
       refuse<Refusal::not_mapped>},
      {"accesses_where_nothing_is_mapped_end_the_program", "malloc(16)\nmemset(0x0804bff0, 1, 17)\n",
       return_nothing},
      {"accesses_where_nothing_is_mapped_end_the_program", "malloc(16)\nmemset(0x0804b008, 1, 4294967295)\n",
       return_nothing},
  };
}

}  // namespace refmm::malloc
