// RISC-V: reset and traps.
#if defined(__riscv)

  .section .vectors, "ax"
  .globl reset
reset:
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, board_stack_top
  la t0, trap
  csrw mtvec, t0
  la t0, board_handler_stack_top
  csrw mscratch, t0
  // Flash is read-only: a locked PMP entry (NAPOT, R and X) keeps even machine mode from writing to it.
  la t0, board_flash_protection
  csrw pmpaddr0, t0
  li t0, 0x9d
  csrw pmpcfg0, t0
  la t0, board_data_load
  la t1, board_data_start
  la t2, board_data_end
1:
  bgeu t1, t2, 2f
  lw t3, 0(t0)
  sw t3, 0(t1)
  addi t0, t0, 4
  addi t1, t1, 4
  j 1b
2:
  la t1, board_bss_start
  la t2, board_bss_end
3:
  bgeu t1, t2, 4f
  sw zero, 0(t1)
  addi t1, t1, 4
  j 3b
4:
  call firmware_main
  li a0, 0
  call board_exit

  .balign 4
trap:
  csrrw sp, mscratch, sp
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  csrr a3, mscratch
  call trap_in

#endif
