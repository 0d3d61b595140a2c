// SPDX-License-Identifier: BSD-3-Clause
// Entry by the PVH boot protocol: 32-bit protected mode, paging off, EBX = start info.
// Goes to 64-bit mode with the first 512 GiB mapped one to one and calls metal_start.

        .section .note.pvh, "a", @note
        .long   4, 4, 18                // name and value sizes, XEN_ELFNOTE_PHYS32_ENTRY
        .asciz  "Xen"
        .long   metal_entry

        .section .text.boot, "ax", @progbits
        .code32
        .globl  metal_entry
metal_entry:
        cld
        movl    $boot_stack_top, %esp
        movl    %ebx, %edi              // the start info is metal_start's argument

        // PML4[0] -> PDPT, PDPT[i] -> 1 GiB page i.
        movl    $boot_pdpt + 3, boot_pml4
        movl    $boot_pdpt, %eax
        xorl    %ecx, %ecx
1:      movl    %ecx, %edx
        shll    $30, %edx
        orl     $0x83, %edx             // present, writable, page size
        movl    %edx, (%eax, %ecx, 8)
        movl    %ecx, %edx
        shrl    $2, %edx
        movl    %edx, 4(%eax, %ecx, 8)
        incl    %ecx
        cmpl    $512, %ecx
        jne     1b

        movl    %cr4, %eax
        orl     $0x620, %eax            // PAE, OSFXSR, OSXMMEXCPT
        movl    %eax, %cr4
        movl    $boot_pml4, %eax
        movl    %eax, %cr3
        movl    $0xc0000080, %ecx       // EFER
        rdmsr
        orl     $0x100, %eax            // LME
        wrmsr
        movl    %cr0, %eax
        andl    $~4, %eax               // EM off: SSE works
        orl     $0x80000003, %eax       // PG, MP, PE
        movl    %eax, %cr0
        lgdt    boot_gdt_pointer
        ljmp    $8, $2f

        .code64
2:      xorl    %eax, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movl    %edi, %edi
        call    metal_start
3:      hlt
        jmp     3b

        .section .rodata
        .balign 8
boot_gdt:
        .quad   0
        .quad   0x00af9b000000ffff      // 64-bit code
boot_gdt_pointer:
        .word   15
        .long   boot_gdt

        .section .bss
        .balign 4096
boot_pml4:
        .skip   4096
boot_pdpt:
        .skip   4096
        .skip   1 << 20
boot_stack_top:
