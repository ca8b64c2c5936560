// Command launch runs one program and reports what it cost, on descriptor 3:
// wall ns, user µs, system µs, peak KiB, status (128 + signal if killed).
//
// The harness does not start the contenders itself: Linux folds the peak memory
// of whoever forks into that of the child, and the harness is large. This
// program is about as small as a Go program gets.
//
//	launch STDIN STDOUT PROGRAM [ARG...]
//
// JOIN names files of control groups, with colons between them, in which the program is to be.
package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 4 {
		os.Exit(64)
	}
	files := []uintptr{
		open(os.Args[1], syscall.O_RDONLY),
		open(os.Args[2], syscall.O_WRONLY|syscall.O_CREAT|syscall.O_TRUNC),
		2,
	}
	syscall.CloseOnExec(3)
	runtime.LockOSThread() // tasks of version 1 takes a thread, of which the program is a child
	for name := range strings.FieldsFuncSeq(os.Getenv("JOIN"), func(r rune) bool { return r == ':' }) {
		check(os.WriteFile(name, []byte("0"), 0))
	}
	var usage syscall.Rusage
	var status syscall.WaitStatus
	start := time.Now()
	pid, err := syscall.ForkExec(os.Args[3], os.Args[3:], &syscall.ProcAttr{Env: os.Environ(), Files: files})
	check(err)
	for {
		_, err = syscall.Wait4(pid, &status, 0, &usage)
		if err != syscall.EINTR {
			break
		}
	}
	wall := time.Since(start)
	check(err)
	report(wall.Nanoseconds(), micros(usage.Utime), micros(usage.Stime), usage.Maxrss, exit(status))
}

func open(name string, flags int) uintptr {
	fd, err := syscall.Open(name, flags|syscall.O_CLOEXEC, 0o644)
	check(err)
	return uintptr(fd)
}

func micros(t syscall.Timeval) int64 { return int64(t.Sec)*1e6 + int64(t.Usec) }

func exit(s syscall.WaitStatus) int64 {
	if s.Signaled() {
		return 128 + int64(s.Signal())
	}
	return int64(s.ExitStatus())
}

func report(numbers ...int64) {
	var line []byte
	for _, n := range numbers {
		line = append(strconv.AppendInt(line, n, 10), ' ')
	}
	_, err := syscall.Write(3, append(line, '\n'))
	check(err)
}

func check(err error) {
	if err != nil {
		os.Stderr.WriteString("launch: " + err.Error() + "\n")
		os.Exit(70)
	}
}
