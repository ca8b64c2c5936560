package faults

import (
	"bytes"
	"encoding/binary"
	"slices"
	"syscall"
)

// calls are the system calls at which a fault can strike: all that reach a file
// system. strace would do, but it counts per thread, and Go moves between threads.
var calls = map[uint64]string{
	syscall.SYS_OPENAT: "openat", 437: "openat2", syscall.SYS_MKDIRAT: "mkdirat", syscall.SYS_MKNODAT: "mknodat",
	syscall.SYS_READ: "read", syscall.SYS_PREAD64: "pread64", syscall.SYS_WRITE: "write", syscall.SYS_PWRITE64: "pwrite64",
	syscall.SYS_WRITEV: "writev", syscall.SYS_CLOSE: "close", syscall.SYS_LSEEK: "lseek", syscall.SYS_FTRUNCATE: "ftruncate",
	syscall.SYS_FALLOCATE: "fallocate", syscall.SYS_SENDFILE: "sendfile", 326: "copy_file_range", 319: "memfd_create",
	syscall.SYS_FCHMOD: "fchmod", syscall.SYS_FCHMODAT: "fchmodat", syscall.SYS_FCHOWN: "fchown", syscall.SYS_FCHOWNAT: "fchownat",
	syscall.SYS_UTIMENSAT: "utimensat", syscall.SYS_FSYNC: "fsync", syscall.SYS_FDATASYNC: "fdatasync", 306: "syncfs",
	syscall.SYS_FLOCK: "flock", syscall.SYS_FSTAT: "fstat", syscall.SYS_NEWFSTATAT: "newfstatat", 332: "statx",
	syscall.SYS_STATFS: "statfs", syscall.SYS_FSTATFS: "fstatfs", syscall.SYS_GETDENTS64: "getdents64",
	syscall.SYS_READLINKAT: "readlinkat", syscall.SYS_LINKAT: "linkat", syscall.SYS_SYMLINKAT: "symlinkat",
	syscall.SYS_RENAMEAT: "renameat", 316: "renameat2", syscall.SYS_UNLINKAT: "unlinkat",
	439: "faccessat2", syscall.SYS_FACCESSAT: "faccessat",
}

// changing are those that change a file system, an open for writing apart.
var changing = []string{
	"mkdirat", "mknodat", "pwrite64", "writev", "ftruncate", "fallocate", "sendfile", "copy_file_range", "fchmod", "fchmodat",
	"fchown", "fchownat", "utimensat", "fsync", "fdatasync", "syncfs", "linkat", "symlinkat", "renameat", "renameat2", "unlinkat",
}

const (
	sysSeccomp = 317
	retAllow   = 0x7fff0000
	retTrace   = 0x7ff00000
)

// program is the seccomp filter that stops at our calls and at no other: stops are
// what tracing costs, and the runtime makes many more calls than we look at.
func program() []byte {
	type instruction struct {
		Code   uint16
		Jt, Jf uint8
		K      uint32
	}
	all := []instruction{{Code: 0x20}} // load the number of the call
	for nr := range calls {
		all = append(all, instruction{Code: 0x15, Jt: uint8(len(calls) + 1 - len(all)), K: uint32(nr)})
	}
	all = append(all, instruction{Code: 0x06, K: retAllow}, instruction{Code: 0x06, K: retTrace})
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, all)
	return b.Bytes()
}

// filter has a process that stands at its first instruction install the program, by a
// system call put in that instruction's place.
func filter(pid int) error {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(pid, &regs); err != nil {
		return err
	}
	text, entry := program(), make([]byte, 8)
	at := regs.Rsp&^15 - 4096
	head := binary.LittleEndian.AppendUint64(nil, uint64(len(text)/8))
	head = binary.LittleEndian.AppendUint64(head, at+16)
	if _, err := syscall.PtracePokeData(pid, uintptr(at), slices.Concat(head, text)); err != nil {
		return err
	}
	if _, err := syscall.PtracePeekText(pid, uintptr(regs.Rip), entry); err != nil {
		return err
	}
	call := regs
	call.Orig_rax, call.Rax, call.Rdi, call.Rsi, call.Rdx = ^uint64(0), sysSeccomp, 1, 0, at
	if err := step(pid, &call, append([]byte{0x0f, 0x05}, entry[2:]...)); err != nil {
		return err
	}
	if call.Rax != 0 {
		return syscall.Errno(-call.Rax)
	}
	if _, err := syscall.PtracePokeText(pid, uintptr(regs.Rip), entry); err != nil {
		return err
	}
	return syscall.PtraceSetRegs(pid, &regs)
}

// step executes one instruction and gives the registers after it.
func step(pid int, regs *syscall.PtraceRegs, text []byte) error {
	if _, err := syscall.PtracePokeText(pid, uintptr(regs.Rip), text); err != nil {
		return err
	}
	if err := syscall.PtraceSetRegs(pid, regs); err != nil {
		return err
	}
	if err := syscall.PtraceSingleStep(pid); err != nil {
		return err
	}
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &ws, wallOwn, nil); err != nil {
		return err
	}
	return syscall.PtraceGetRegs(pid, regs)
}
