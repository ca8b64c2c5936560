package faults

import (
	"fmt"
	"os"
	"slices"
	"syscall"
)

// calls are the system calls at which a fault can strike: all that reach a file
// system. strace would do, but it counts per thread, and Go moves between threads.
var calls = map[uint64]string{
	syscall.SYS_OPENAT: "openat", syscall.SYS_MKDIRAT: "mkdirat", syscall.SYS_READ: "read", syscall.SYS_PREAD64: "pread64",
	syscall.SYS_WRITE: "write", syscall.SYS_CLOSE: "close", syscall.SYS_FCHMOD: "fchmod", syscall.SYS_FSYNC: "fsync",
	syscall.SYS_FLOCK: "flock", syscall.SYS_FSTAT: "fstat", syscall.SYS_NEWFSTATAT: "newfstatat", 332: "statx",
	syscall.SYS_GETDENTS64: "getdents64", syscall.SYS_READLINKAT: "readlinkat", syscall.SYS_LINKAT: "linkat",
	syscall.SYS_RENAMEAT: "renameat", 316: "renameat2", syscall.SYS_UNLINKAT: "unlinkat", 306: "syncfs", 439: "faccessat2", syscall.SYS_FACCESSAT: "faccessat",
}

// A strike is a fault at the nth of these calls, counted over all threads: an
// error in place of the call, or a signal right before it.
type strike struct {
	at     int // 0 means never
	errno  syscall.Errno
	signal syscall.Signal
	hold   func() // called right before it, while the process stands still
}

func (s strike) String() string {
	if s.errno != 0 {
		return fmt.Sprintf("%s at call %d", errnos[s.errno], s.at)
	}
	return fmt.Sprintf("%s at call %d", signals[s.signal], s.at)
}

// A traced is a process that runs under a strike.
type traced struct {
	strike
	pid     int
	names   []string // of the calls, in order
	struck  string   // the name of the call that was struck
	inside  map[int]bool
	failing int // the thread whose call is being failed
	known   map[int]bool
}

// trace runs a command and gives its wait status. Its thread must be locked, and
// have no other children.
func trace(args, env []string, dir string, out *os.File, s strike) (*traced, syscall.WaitStatus, error) {
	pid, err := syscall.ForkExec(args[0], args, &syscall.ProcAttr{
		Dir: dir, Env: env, Files: []uintptr{0, out.Fd(), out.Fd()},
		Sys: &syscall.SysProcAttr{Ptrace: true, Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return nil, 0, err
	}
	t := &traced{strike: s, pid: pid, inside: map[int]bool{}, known: map[int]bool{pid: true}}
	ws, err := t.run()
	return t, ws, err
}

const (
	wallOwn   = 0x40000000 | 0x20000000                                                // __WALL | __WNOTHREAD: threads too, of this tracer only
	options   = syscall.PTRACE_O_TRACECLONE | syscall.PTRACE_O_TRACESYSGOOD | 0x100000 // EXITKILL
	inSyscall = syscall.SIGTRAP | 0x80
)

func (t *traced) run() (syscall.WaitStatus, error) {
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(t.pid, &ws, wallOwn, nil); err != nil {
		return ws, err
	}
	if err := syscall.PtraceSetOptions(t.pid, options); err != nil {
		return ws, err
	}
	resume(t.pid, 0)
	for {
		tid, err := syscall.Wait4(-1, &ws, wallOwn, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return ws, err
		}
		if ws.Exited() || ws.Signaled() {
			if tid == t.pid {
				return ws, nil
			}
			continue
		}
		resume(tid, t.stopped(tid, ws))
	}
}

// resume goes on to the next call. The thread may have been killed meanwhile.
func resume(tid int, signal syscall.Signal) { _ = syscall.PtraceSyscall(tid, int(signal)) }

// stopped looks at why a thread stopped, and gives the signal to deliver to it.
func (t *traced) stopped(tid int, ws syscall.WaitStatus) syscall.Signal {
	signal := ws.StopSignal()
	switch {
	case signal == inSyscall:
		t.syscall(tid)
		return 0
	case signal == syscall.SIGTRAP:
		return 0
	case signal == syscall.SIGSTOP && !t.known[tid]:
		t.known[tid] = true
		return 0
	}
	return signal
}

func (t *traced) syscall(tid int) {
	t.inside[tid] = !t.inside[tid]
	var regs syscall.PtraceRegs
	if syscall.PtraceGetRegs(tid, &regs) != nil {
		return
	}
	if !t.inside[tid] {
		if t.failing == tid {
			t.failing = 0
			regs.Rax = uint64(-int64(t.errno))
			_ = syscall.PtraceSetRegs(tid, &regs)
		}
		return
	}
	name, ok := calls[regs.Orig_rax]
	if !ok {
		return
	}
	t.names = append(t.names, name)
	if len(t.names) != t.at {
		return
	}
	t.struck = name
	t.act(tid, &regs)
}

func (t *traced) act(tid int, regs *syscall.PtraceRegs) {
	if t.hold != nil {
		t.hold()
	}
	if t.errno != 0 {
		t.failing = tid
		regs.Orig_rax = ^uint64(0) // no such call, so nothing happens
		_ = syscall.PtraceSetRegs(tid, regs)
	} else if t.signal != 0 {
		_ = syscall.Kill(t.pid, t.signal)
	}
}

var errnos = map[syscall.Errno]string{
	syscall.ENOSPC: "ENOSPC", syscall.EIO: "EIO", syscall.EACCES: "EACCES", syscall.EROFS: "EROFS",
	syscall.EPERM: "EPERM", syscall.EBUSY: "EBUSY", syscall.EDQUOT: "EDQUOT", syscall.EMFILE: "EMFILE",
}

var signals = map[syscall.Signal]string{syscall.SIGKILL: "SIGKILL", syscall.SIGTERM: "SIGTERM"}

// strikes are all kinds of fault, in a fixed order.
func strikes() []strike {
	all := []strike{{signal: syscall.SIGKILL}, {signal: syscall.SIGTERM}}
	var errs []syscall.Errno
	for e := range errnos {
		errs = append(errs, e)
	}
	slices.Sort(errs)
	for _, e := range errs {
		all = append(all, strike{errno: e})
	}
	return all
}
