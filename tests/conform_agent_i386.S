// What the agent cannot say in C: where it begins, system calls with all their arguments, and accesses that may fault.

// Everything runs on a stack of the agent's own, so that the stack that the kernel made can be unmapped or written over.
        .section .text
        .globl _start
_start: movl    $conform_stack_end, %esp
        xorl    %ebp, %ebp
        call    conform_main
        hlt

// long conform_system_call(const unsigned long words[7]): the number of the call and its six arguments.
        .globl conform_system_call
conform_system_call:
        pushl   %ebp
        pushl   %edi
        pushl   %esi
        pushl   %ebx
        movl    20(%esp), %eax
        movl    4(%eax), %ebx
        movl    8(%eax), %ecx
        movl    12(%eax), %edx
        movl    16(%eax), %esi
        movl    20(%eax), %edi
        movl    24(%eax), %ebp
        movl    (%eax), %eax
        int     $0x80
        popl    %ebx
        popl    %esi
        popl    %edi
        popl    %ebp
        ret

// int conform_load(unsigned long address): the byte there; -1 if the handler of signals sent it to conform_recovery.
        .globl conform_load
        .globl conform_load_instruction
conform_load:
        movl    4(%esp), %ecx
conform_load_instruction:
        movzbl  (%ecx), %eax
        ret

// int conform_store(unsigned long address, unsigned byte): 0; -1 likewise.
        .globl conform_store
        .globl conform_store_instruction
conform_store:
        movl    4(%esp), %ecx
        movl    8(%esp), %eax
conform_store_instruction:
        movb    %al, (%ecx)
        xorl    %eax, %eax
        ret

        .globl conform_recovery
conform_recovery:
        movl    $-1, %eax
        ret

// Where handlers of signals return to.
        .globl conform_restorer
conform_restorer:
        movl    $173, %eax
        int     $0x80

// In the data and not in the bss: so that the image has no anonymous memory, which would be joined with the heap.
        .section .data
        .balign 16
conform_stack:
        .zero   32768
conform_stack_end:

        .section .note.GNU-stack, "", @progbits
