package sinks

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"confit/render"
)

// maxState bounds what is read of a state file.
const maxState = 1 << 30

// openFile opens a file of the state directory; nil if there is none.
func (s *state) openFile(name string) (*os.File, error) {
	if !s.files[name] {
		return nil, nil
	}
	fd, err := s.dir.openat(name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), s.dir.at(name)), nil
}

// read gives a file of the state directory, or nil if there is none.
func (s *state) read(name string) ([]byte, error) { return s.readUpTo(maxState, name) }

func (s *state) readUpTo(most int64, name string) ([]byte, error) {
	f, err := s.openFile(name)
	if f == nil || err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > most {
		return nil, s.corrupt(name, "is larger than a state file gets")
	}
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = s.corrupt(name, "is larger than a state file gets")
	}
	return data, err
}

// corrupt is the problem of a state file that this confit did not write.
func (s *state) corrupt(name, what string) *render.Problem {
	return inWay(s.dir.at(name), what, fmt.Sprintf(
		"remove %s; outputs that exist and differ then need `overwrite: true` once", render.Quoted(s.dir.full)))
}

// write lets fill write a file of the state directory, under a name not yet in force.
func (s *state) write(name string, fill func(*bufio.Writer)) error {
	if err := s.remove(name); err != nil {
		return err
	}
	s.files[name] = true
	return s.dir.make(name, 0o600, true, func(fd int) error {
		w := bufio.NewWriterSize(descriptor(fd), 64<<10)
		fill(w)
		return w.Flush()
	})
}

// enforce renames a file of the state directory to the name that counts, durably.
func (s *state) enforce(from, to string) error {
	if err := unix.Renameat(s.dir.fd, from, s.dir.fd, to); err != nil {
		return errno("rename", s.dir.at(from), err)
	}
	delete(s.files, from)
	s.files[to] = true
	return s.dir.sync()
}

// remove deletes a file of the state directory; it may be absent.
func (s *state) remove(name string) error {
	if err := s.dir.unlink(name, 0); err != nil {
		return err
	}
	delete(s.files, name)
	return nil
}

// unlink removes name from f; it may be absent.
func (f *folder) unlink(name string, flags int) error {
	if err := unix.Unlinkat(f.fd, name, flags); err != nil && err != unix.ENOENT {
		return errno("remove", f.at(name), err)
	}
	return nil
}

// create writes a new file.
func (f *folder) create(name string, data []byte, mode uint32, durable bool) error {
	return f.make(name, mode, durable, func(fd int) error {
		_, err := descriptor(fd).Write(data)
		return err
	})
}

// make lets fill write a new file, which is at no instant wider than mode.
func (f *folder) make(name string, mode uint32, durable bool, fill func(fd int) error) error {
	fd, err := f.openat(name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, mode)
	if err != nil {
		return err
	}
	if err = fill(fd); err != nil {
		err = errno("write", f.at(name), err)
	} else {
		err = errno("chmod", f.at(name), f.setMode(fd, mode))
	}
	if err == nil && durable {
		err = errno("sync", f.at(name), retry(func() error { return unix.Fsync(fd) }))
	}
	if e := unix.Close(fd); err == nil {
		err = errno("close", f.at(name), e)
	}
	return err
}

// setMode gives a new file of f the mode that it was created with. What umask and a
// default ACL take from that is the same for all files of f: the first one tells whether
// those of its mode need anything.
func (f *folder) setMode(fd int, mode uint32) error {
	const kept = 1 << 31
	if f.created.Load() == mode|kept {
		return nil
	}
	var st unix.Stat_t
	if f.created.CompareAndSwap(0, mode) && unix.Fstat(fd, &st) == nil && st.Mode&0o7777 == mode {
		f.created.Store(mode | kept)
		return nil
	}
	return unix.Fchmod(fd, mode)
}

// Write writes all of data.
func (d descriptor) Write(data []byte) (int, error) {
	for done := 0; done < len(data); {
		n, err := again(func() (int, error) { return unix.Write(int(d), data[done:]) })
		if err == nil && n == 0 {
			err = io.ErrShortWrite
		}
		if err != nil {
			return done, err
		}
		done += n
	}
	return len(data), nil
}
