package faults

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

// A strike is a fault at the nth of our calls, counted over all threads.
type strike struct {
	at     int           // 0 means never
	errno  syscall.Errno // in place of the call
	on     bool          // and of every later call of that name
	short  bool          // the call gets half of its bytes
	signal syscall.Signal
	act    func() // called right before it, while the process stands still
	what   string // act does
}

func (s strike) String() string {
	text := s.what
	switch {
	case s.short:
		text = "half the bytes"
	case s.errno != 0:
		text = errnos[s.errno]
	case s.signal != 0:
		text = signals[s.signal]
	}
	if s.on {
		text += " from then on"
	}
	return fmt.Sprintf("%s at call %d", text, s.at)
}

// A job is a run to be traced.
type job struct {
	args, env []string
	dir       string
	out       *os.File
	init      bool                     // as process 1 of a namespace of its own
	lacks     map[string]syscall.Errno // calls that the file system does not have
	sink      string                   // where it publishes
	each      func(n int, name string) // called before each call
	strike
}

// A traced is a process that runs under a strike.
type traced struct {
	job
	pid    int
	names  []string // of the calls, in order
	begin  int      // the number of the first on the sink
	writes int      // opens for writing
	struck string   // the name of the call that was struck
	known  map[int]bool
}

// endless is how long a run may take before it counts as hanging: half the time of all
// tests, and at most ten minutes.
func endless() time.Duration {
	const most = 10 * time.Minute
	limit := flag.Lookup("test.timeout").Value.(flag.Getter).Get().(time.Duration)
	if limit == 0 {
		return most
	}
	return min(limit/2, most)
}

// trace executes a job and gives its wait status. Its thread must be locked, and
// have no other children.
func trace(j job) (*traced, syscall.WaitStatus, error) {
	sys := &syscall.SysProcAttr{Ptrace: true, Pdeathsig: syscall.SIGKILL}
	if j.init {
		sys.Cloneflags = syscall.CLONE_NEWPID
	}
	pid, err := syscall.ForkExec(j.args[0], j.args, &syscall.ProcAttr{
		Dir: j.dir, Env: j.env, Files: []uintptr{0, j.out.Fd(), j.out.Fd()}, Sys: sys,
	})
	if err != nil {
		return nil, 0, err
	}
	hanging := time.AfterFunc(endless(), func() { _ = syscall.Kill(pid, syscall.SIGABRT) })
	defer hanging.Stop()
	t := &traced{job: j, pid: pid, known: map[int]bool{pid: true}}
	ws, err := t.run()
	return t, ws, err
}

const (
	wallOwn      = 0x40000000 | 0x20000000 // __WALL | __WNOTHREAD: threads too, of this tracer only
	eventSeccomp = 7
	options      = syscall.PTRACE_O_TRACECLONE | 1<<eventSeccomp | 0x100000 // EXITKILL
)

func (t *traced) run() (syscall.WaitStatus, error) {
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(t.pid, &ws, wallOwn, nil); err != nil {
		return ws, err
	}
	if err := syscall.PtraceSetOptions(t.pid, options); err != nil {
		return ws, err
	}
	if err := filter(t.pid); err != nil {
		return ws, err
	}
	for tid := t.pid; ; {
		_ = syscall.PtraceCont(tid, int(t.stopped(tid, ws))) // it may have been killed meanwhile
		var err error
		for tid, err = syscall.Wait4(-1, &ws, wallOwn, nil); err == syscall.EINTR; {
			tid, err = syscall.Wait4(-1, &ws, wallOwn, nil)
		}
		if err != nil || tid == t.pid && (ws.Exited() || ws.Signaled()) {
			return ws, err
		}
	}
}

// stopped looks at why a thread stopped, and gives the signal to deliver to it.
func (t *traced) stopped(tid int, ws syscall.WaitStatus) syscall.Signal {
	signal := ws.StopSignal()
	switch {
	case signal == syscall.SIGTRAP:
		if ws.TrapCause() == eventSeccomp {
			t.call(tid)
		}
		return 0
	case signal == syscall.SIGSTOP && !t.known[tid]:
		t.known[tid] = true
		return 0
	}
	return max(signal, 0)
}

func (t *traced) call(tid int) {
	var regs syscall.PtraceRegs
	if syscall.PtraceGetRegs(tid, &regs) != nil {
		return
	}
	name := calls[regs.Orig_rax]
	if (name == "read" || name == "write") && t.wakes(regs.Rdi) {
		return
	}
	t.names = append(t.names, name)
	if name == "openat" && regs.Rdx&(syscall.O_ACCMODE|syscall.O_CREAT|syscall.O_TRUNC) != 0 {
		t.writes++
	}
	if t.begin == 0 && strings.HasPrefix(peek(tid, regs.Rsi), t.sink) {
		t.begin = len(t.names)
	}
	if t.each != nil {
		t.each(len(t.names), name)
	}
	switch {
	case len(t.names) == t.at:
		t.struck = name
		t.hit(tid, &regs)
	case t.on && name == t.struck:
		fail(tid, &regs, t.errno)
	case t.lacks[name] != 0:
		fail(tid, &regs, t.lacks[name])
	}
}

// wakes tells whether a descriptor is one by which the threads of the Go runtime wake each
// other: that is no file, cannot fail as files do, and the runtime does not expect it to.
func (t *traced) wakes(fd uint64) bool {
	link, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", t.pid, fd))
	return link == "anon_inode:[eventfd]"
}

// peek reads the beginning of what may be a path.
func peek(tid int, at uint64) string {
	text := make([]byte, 64)
	n, _ := syscall.PtracePeekData(tid, uintptr(at), text)
	return string(text[:max(n, 0)])
}

func (t *traced) hit(tid int, regs *syscall.PtraceRegs) {
	switch {
	case t.act != nil:
		t.act()
	case t.errno != 0:
		fail(tid, regs, t.errno)
	case t.short && (t.struck == "read" || t.struck == "write") && regs.Rdx > 1:
		regs.Rdx /= 2
		_ = syscall.PtraceSetRegs(tid, regs)
	}
	if t.signal != 0 {
		_ = syscall.Kill(t.pid, t.signal)
	}
}

// fail gives a call an error in place of its effect.
func fail(tid int, regs *syscall.PtraceRegs, errno syscall.Errno) {
	regs.Orig_rax, regs.Rax = ^uint64(0), uint64(-int64(errno))
	_ = syscall.PtraceSetRegs(tid, regs)
}

var errnos = map[syscall.Errno]string{
	syscall.ENOSPC: "ENOSPC", syscall.EIO: "EIO", syscall.EACCES: "EACCES", syscall.EROFS: "EROFS",
	syscall.EPERM: "EPERM", syscall.EBUSY: "EBUSY", syscall.EDQUOT: "EDQUOT", syscall.EMFILE: "EMFILE",
}

var signals = map[syscall.Signal]string{syscall.SIGKILL: "SIGKILL", syscall.SIGTERM: "SIGTERM", syscall.SIGINT: "SIGINT"}

// strikes are all kinds of fault, in a fixed order.
func strikes() []strike {
	all := []strike{{signal: syscall.SIGKILL}, {signal: syscall.SIGTERM}, {signal: syscall.SIGINT}, {short: true}}
	for e := syscall.Errno(1); e < 256; e++ {
		if errnos[e] != "" {
			all = append(all, strike{errno: e}, strike{errno: e, on: true})
		}
	}
	return all
}
