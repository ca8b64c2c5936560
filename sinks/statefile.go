package sinks

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"confit/render"
)

// maxState bounds what is read of a state file.
const maxState = 1 << 30

// read gives a file of the state directory, or nil if there is none.
func (s *state) read(name string) ([]byte, error) {
	if !s.files[name] {
		return nil, nil
	}
	fd, err := s.dir.openat(name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), s.dir.at(name))
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxState+1))
	if err == nil && len(data) > maxState {
		err = s.corrupt(name, "is larger than a state file gets")
	}
	return data, err
}

// corrupt is the problem of a state file that this confit did not write.
func (s *state) corrupt(name, what string) *render.Problem {
	return inWay(s.dir.at(name), what, fmt.Sprintf(
		"remove %s; outputs that exist and differ then need `overwrite: true` once", render.Quoted(s.dir.full)))
}

// encode writes v to a file of the state directory, under a name not yet in force.
func (s *state) encode(name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.create(name, data)
}

func (s *state) create(name string, data []byte) error {
	if err := s.remove(name); err != nil {
		return err
	}
	s.files[name] = true
	return s.dir.create(name, data, 0o600, true)
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

// create writes a new file, which is at no instant wider than mode.
func (f *folder) create(name string, data []byte, mode uint32, durable bool) error {
	fd, err := f.openat(name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, mode&0o600)
	if err != nil {
		return err
	}
	err = fill(fd, data, mode, f.at(name))
	if err == nil && durable {
		err = errno("sync", f.at(name), retry(func() error { return unix.Fsync(fd) }))
	}
	if e := unix.Close(fd); err == nil {
		err = errno("close", f.at(name), e)
	}
	return err
}

func fill(fd int, data []byte, mode uint32, path string) error {
	for len(data) > 0 {
		n, err := again(func() (int, error) { return unix.Write(fd, data) })
		if err == nil && n == 0 {
			err = io.ErrShortWrite
		}
		if err != nil {
			return errno("write", path, err)
		}
		data = data[n:]
	}
	return errno("chmod", path, unix.Fchmod(fd, mode))
}
